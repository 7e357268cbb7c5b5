// Takes an answer: carries it out on this device, keeps it until the service has it, and sends it.
// Its id makes sending it twice harmless. Nothing is written before the visitor has answered.
import { formatAnswers, formatChoice } from "./answers.js";
import config from "./config.js";
import { read, write } from "./storage.js";
import { core, get, has, look, need, ran, use } from "./stub.js";
import { say } from "./words.js";

const { codes, days, language, notice, service, site } = config;
const PENDING = "privacy_pending";
let sending;
let leaving;

/** The tag that embeds us: the page may write there which `data-domain` shares the choice. */
export const tag = () => document.querySelector(`[src*="${site}"],[data-site]`);

const pending = () => read(PENDING) || [];

// 128 random bits in hexadecimal.
const random = () =>
  crypto.getRandomValues(new Uint8Array(32))
    .reduce((text, byte) => text + (byte & 15).toString(16), "");

/** Send JSON to the service; works on while the page is being left. */
export const post = (path, body) =>
  fetch(service + path, {
    method: "POST", credentials: "omit", keepalive: true,
    body: new Blob([JSON.stringify(body)], { type: "application/json" }),
  });

// Only one cookie of ours may be left, whatever domain was shared before.
function keepChoice(found, left) {
  const set = (text) => {
    document.cookie = text + ";path=/;samesite=lax" + (location.protocol[5] ? ";secure" : "");
  };
  const domain = tag()?.dataset.domain;
  // The last domain is none: that of the host itself.
  for (const { index } of location.hostname.matchAll(/\.|$/g)) {
    set("privacy_choice=;max-age=0;domain=" + location.hostname.slice(index));
  }
  set(`${formatChoice(found, config)};max-age=${left}` + (domain ? ";domain=" + domain : ""));
}

const emit = (name, more) =>
  document.dispatchEvent(new CustomEvent("privacy:" + name, { detail: { ...get(), ...more } }));

/** Carry out on this device what was said at `at` (epoch seconds), and say so in `words`. */
export function take(at, said, words) {
  const before = codes.filter(has);
  const old = get()?.visitor || document.cookie.match(/privacy_choice=1\.(\w{32})/)?.[1];
  const found = [0, old || random(), at, said];
  keepChoice(found, at + days * 86400 - Math.floor(Date.now() / 1000));
  core.close();
  use(found);
  look();
  dataLayer.push({ event: "privacy_change", privacy: get().answers });
  emit("change");
  const gone = before.filter((code) => !has(code));
  if (gone[0]) emit("withdraw", { withdrawn: gone });
  // What they left, now or before, is deleted first; scripts that run stop only with their page.
  leaving = gone.some((code) => ran.includes(code));
  if (gone[0] || (!codes.every(has) && document.cookie.includes("; "))) need("clean", gone).then(() => leaving && location.reload());
  if (words && !leaving) core.tell(words);
}

/** Take an answer that was given by a method, by a rule from code to true or false. */
export function decide(method, yes) {
  const now = new Date();
  take(Math.floor(now / 1000), formatAnswers(codes, yes), method !== "gpc" && say("saved"));
  const { visitor, answers } = get();
  const page = location.pathname.slice(0, 1000);
  const body = { site, id: random(), visitor, notice, language, method, answers, page, said_at: now };
  write(PENDING, [...pending(), body]);
  flush();
  // Who has answered needs no more than the stub from now on: it takes our place in the cache.
  if (config.more) fetch(tag().src, { mode: "no-cors", cache: "reload", headers: { accept: "text/stub" } }).catch(() => {});
}

/** Send what is pending, in order; what fails for now stays for the next page or connection. */
export async function flush() {
  if (sending) return;
  sending = true;
  let body;
  while ((body = pending()[0]) && (await delivered(body)) && !leaving) {
    write(PENDING, pending().filter(({ id }) => id !== body.id));
    emit("sent");
  }
  sending = false;
}

// True when the service has decided about the answer, whichever way.
async function delivered(body) {
  try {
    const reply = await post("/banner/consents", body);
    const { ok, status } = reply;
    if (ok) write("privacy_receipt", await reply.json());
    else if (status > 499 || status === 408 || status === 429) return;
    else console.warn("privacy:", status);
    return true;
  } catch {}
}
