// Which purposes a request carries consent for, so that a server's own cookies obey as well.
// Copy this file; it needs nothing else. granted(request.headers.cookie) is a Set of purpose codes,
// empty for who was not asked, refused, or sent anything that is not exactly a choice.

const CHOICE =
  /(?:^|; ?)privacy_choice=1\.[\da-f]{32}\.([\da-f]{8})\.(\d{10})((?:\.[\w-]+:[01])+)(?=;|$)/g;

function read(cookies, { material = "", days = 180, now = Date.now() / 1000 }) {
  const found = [...cookies.matchAll(CHOICE)];
  if (found.length !== 1) return "";
  const [[, asked, at, said]] = found;
  const age = now - at;
  return (material && asked !== material) || age < -86400 || age >= days * 86400 ? "" : said;
}

/**
 * The codes that a cookie header grants. Without `material` a choice counts though the purposes
 * were changed since; `now` is in seconds, and what is older than `days` grants nothing.
 */
export function granted(cookies = "", options = {}) {
  const answers = read(cookies, options).split(".").map((one) => one.split(":"));
  return new Set(answers.filter(([, yes]) => yes === "1").map(([code]) => code));
}

/** Whether a cookie header holds a choice, so that a page need not draw the question. */
export const answered = (cookies = "", options = {}) => read(cookies, options) !== "";
