// The choice of an account: one person, several devices (for those who are signed in to the site).
import config from "./config.js";
import { read } from "./storage.js";
import { core, get } from "./stub.js";
import { say } from "./words.js";

const { codes, material, site } = config;
let signed;

async function exchange() {
  try {
    const reply = await core.post("/banner/account", { site, token: signed, visitor: get()?.visitor || null });
    const { answers, at, material: asked } = await reply.json();
    const own = get();
    const kept = read("privacy_receipt")?.receipt.at;
    const since = kept ? Date.parse(kept) / 1000 : own?.at;
    const then = Date.parse(at) / 1000;
    const whole = codes.every((code) => typeof answers[code] === "boolean");
    if (!reply.ok || asked !== material || !whole || (own && since >= then)) return;
    const same = own && codes.every((code) => own.answers[code] === answers[code]);
    core.take(Math.floor(then), codes.map((code) => `.${code}:${+answers[code]}`).join(""), !same && say("account"));
  } catch {
    // Without the service, or without a choice of the account, this device keeps its own.
  }
}

/** Follow an account from now on: `token` is what the site's server signed for the person. */
export function identify(token) {
  if (!signed) self.privacyBanner.on("sent", exchange);
  signed = token;
  return exchange();
}
