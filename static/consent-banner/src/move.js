// For a site that used another banner: hands in what the visitor answered there, and then brings the
// banner, which asks whoever's answer was not proven, not whole, or too old. No page needs it longer
// than old choices live.
const NAMES = { cookieconsent: "cc_cookie", klaro: "klaro", tarteaucitron: "tarteaucitron" };
const WITHIN = 2000;
const tag = document.currentScript;
const { for: site, tool, name = NAMES[tool], lang, ...rest } = tag.dataset;
const service = new URL(tag.src).origin;

// These tools keep a cookie or, if the site chose so, an entry of the storage under the same name.
function kept() {
  for (const one of document.cookie.split("; ")) if (one.startsWith(name + "=")) return one.slice(name.length + 1);
  try {
    return localStorage[name];
  } catch {}
}

// The number that cookieconsent gave the visitor, so that handing in twice is recognised; else a new one.
function visitor(cookie) {
  const own = decodeURIComponent(cookie).match(/"consentId":"([\da-f-]{36})"/)?.[1].replaceAll("-", "");
  return own || Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
}

async function take() {
  const cookie = kept();
  if (!cookie || /(^|; )privacy_choice=1\./.test(document.cookie)) return;
  const reply = await fetch(service + "/banner/moved", {
    method: "POST", credentials: "omit", signal: AbortSignal.timeout(WITHIN),
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ site, cookie, visitor: visitor(cookie) }),
  });
  if (reply.status !== 200) return;
  const { choice, seconds } = await reply.json();
  const { domain } = rest;
  const more = (domain ? ";domain=" + domain : "") + (location.protocol === "https:" ? ";secure" : "");
  document.cookie = `privacy_choice=${choice};max-age=${seconds};path=/;samesite=lax` + more;
}

function bring() {
  const script = document.createElement("script");
  const rules = { createScriptURL: (address) => address };
  const policy = self.trustedTypes?.createPolicy("consent-banner-move", rules) || rules;
  script.nonce = tag.nonce;
  Object.assign(script.dataset, rest);
  script.src = policy.createScriptURL(`${service}/banner/${site}.js` + (lang ? "?lang=" + lang : ""));
  document.head.append(script);
}

take().catch(() => {}).then(bring);
