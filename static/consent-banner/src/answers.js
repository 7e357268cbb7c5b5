// What was asked and what was answered: rules without a page, so that they can be tried alone.
// A choice is {visitor, material, at, said}: 32 hex, the 8 hex that stand for what was asked, epoch
// seconds, ".code:1.code:0…".

const SHAPE =
  /(?:^|; )privacy_choice=1\.(?<visitor>[\da-f]{32})\.(?<material>[\da-f]{8})\.(?<at>\d{10})(?<said>(\.[\w-]+:[01])+)(;|$)/;

/** The name and value of the cookie that tells a choice. */
export const formatChoice = ({ visitor, material, at, said }) =>
  `privacy_choice=1.${visitor}.${material}.${at}${said}`;

/** The choice that a cookie header tells, or nothing when it is not exactly one of ours. */
export const findChoice = (cookies) => cookies.match(SHAPE)?.groups;

/** What is said of purposes, by a rule from code to true or false. */
export const formatAnswers = (purposes, yes) =>
  purposes.map(({ code }) => `.${code}:${+yes(code)}`).join("");

/** Whether a choice grants a purpose; no choice grants nothing. */
export const grants = (choice, code) => !!choice?.said.includes(`.${code}:1`);

/** Whether a choice still answers this configuration at `now` (epoch seconds). */
export const isCurrent = (choice, { material, days, purposes }, now) =>
  choice?.material === material &&
  choice.at > now - days * 86400 &&
  purposes.every(({ code }) => choice.said.includes(`.${code}:`));

/** The names among `names` that a declared name covers; `*` stands for any run of characters. */
export function covered(declared, names) {
  const shape = RegExp(`^${declared.replace(/\W/g, "\\$&").replaceAll("\\*", ".*")}$`);
  return names.filter((name) => shape.test(name));
}

const shorter = (text, cut) => [text, ...(text && shorter(text.replace(cut, ""), cut))];

/** Every cookie text that may be needed to expire `name`: its domain and path cannot be read. */
export const expiries = (name, host, path) =>
  shorter(host, /^[^.]*\.?/).flatMap((domain) =>
    shorter(path, /\/[^/]*$/).map((at) => `${name}=;max-age=0;path=${at || "/"};domain=${domain}`));

const SIGNALS =
  "ad_storage ad_user_data ad_personalization analytics_storage functionality_storage personalization_storage";

/** Google Consent Mode v2, basic: everything is denied but security, until a purpose grants it. */
export function signals(purposes, has) {
  const said = { security_storage: "granted" };
  for (const kind of SIGNALS.split(" ")) {
    const granted = purposes.some((asked) => has(asked.code) && asked.signals?.includes(kind));
    said[kind] = granted ? "granted" : "denied";
  }
  return said;
}
