// What was asked and what was answered: rules without a page, so that they can be tried alone.

/** The choice that a cookie header tells, when it answers what is asked (`material` names exactly
 * that, so that counting the answers is enough): [visitor (32 hex), at (epoch seconds), said
 * (".code:1.code:0…")] from index 1 on; else nothing. */
export const findChoice = (cookies, { material, codes }) =>
  cookies.match(
    `\\bprivacy_choice=1.(\\w{32}).${material}.(\\d+)((.\\w+:[01]){${codes.length}})(;|$)`,
  );

/** Whether what was said grants a purpose; nothing said grants nothing. */
export const grants = (said, code) => said.includes(`.${code}:1`);

/** Google Consent Mode v2, basic: a kind is denied until a purpose that it stands for, told by its
 * place among the codes, is granted. */
export function signals({ codes, signals: kinds }, has) {
  const said = { security_storage: "granted" };
  for (const kind in kinds) said[kind] = kinds[kind].some((at) => has(codes[at])) ? "granted" : "denied";
  return said;
}

/** The name and value of the cookie that tells a choice. */
export const formatChoice = ([, visitor, at, said], { material }) =>
  `privacy_choice=1.${visitor}.${material}.${at}${said}`;

/** What is said of purposes, by a rule from code to true or false. */
export const formatAnswers = (codes, yes) => codes.map((code) => `.${code}:${+yes(code)}`).join("");
