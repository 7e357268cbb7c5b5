// What every page needs: reads the choice, releases what it grants and holds the rest. All that
// asks, shows, sends or deletes is a part: sent along to who has not answered, else fetched when
// it is needed.
import { findChoice, grants, signals } from "./answers.js";
import config from "./config.js";
import { ran, scan } from "./gate.js";

export { ran };

const { codes, days, exempt, more, offline } = config;
let choice;
let said = exempt;
let loading;

export const has = (code) => grants(said, code);

export const get = () =>
  choice && {
    visitor: choice[1],
    at: +choice[2],
    answers: Object.fromEntries(codes.map((code) => [code, has(code)])),
  };

function dataLayer() {
  (self.dataLayer ||= []).push(arguments);
}

const consentMode = (command) => dataLayer("consent", command, signals(config, has));

// A part runs at once when it is here. A failure to fetch is remembered until somebody asks again.
export async function need(name, given, loud) {
  try {
    if (!core[name]) await (loading ||= import(more).then((file) => file.default(core)));
    return core[name](given);
  } catch {
    if (loud) {
      loading = 0;
      (core.sorry || alert)(offline);
    }
  }
}

// Runs at each change of the page, so that late content is held too.
export function look() {
  scan(has, (frame) => need("hold", frame));
  if (!choice) need("ask");
  else {
    // One that the server drew for a visitor who has answered.
    document.querySelector("#cb")?.remove();
    // "loading" has no eighth letter; the other two states do.
    if (document.readyState[7] && !document.querySelector("[data-privacy-open]")) need("way");
  }
}

/** Let a choice be in force on this page. */
export function use(found) {
  choice = found;
  said = exempt + found[3];
  consentMode("update");
}

const api = {
  get, has,
  on: (name, act) => document.addEventListener("privacy:" + name, (event) => act(event.detail)),
};

/** What the parts find here; each file of parts adds its own. */
export const core = { get, has, look, need, ran, use };

/** Begin, unless there is nothing to ask or another tag has begun. */
export function start() {
  if (!codes || self.privacyBanner) return;
  for (const name of "open accept reject withdraw identify proof".split(" ")) {
    api[name] = (token) => need(name, token, !token);
  }
  self.privacyBanner = api;
  consentMode("default");
  const found = findChoice(document.cookie, config);
  if (found?.[2] * 1000 > new Date() - 86400000 * days) use(found);
  look();
  new MutationObserver(look).observe(document, { childList: 1, subtree: 1 });
  addEventListener("DOMContentLoaded", look);
  addEventListener("click", (event) => {
    if (event.target.closest("[data-privacy-open]")) {
      event.preventDefault();
      api.open();
    }
  });
  try {
    if (localStorage.privacy_pending[2]) need("tidy");
  } catch {}
}
