// The one file that a site embeds: reads the choice, asks when there is none, and carries it out.
import { findChoice, formatAnswers, formatChoice, grants, isCurrent, signals } from "./answers.js";
import { flush, random, send } from "./api.js";
import css from "./banner.css";
import config from "./config.js";
import { banner, permanent, settings, tell, ticked } from "./dialog.js";
import { scan, undo } from "./gate.js";

const { days, exempt, material, purposes } = config || {};
let visitor;
let choice;
let layer;
let dialog;

const granted = (code) => grants(choice, code);
const has = (code) => granted(code) || exempt.some((free) => free.code === code);
const all = () => true;
const none = () => false;

/** What was answered: {visitor, at (epoch seconds), answers: {code: boolean}}, or nothing. */
const get = () =>
  choice && {
    visitor,
    at: +choice.at,
    answers: Object.fromEntries(purposes.map(({ code }) => [code, granted(code)])),
  };

function dataLayer() {
  (self.dataLayer ||= []).push(arguments);
}

const consentMode = (command) => dataLayer("consent", command, signals(purposes, has));

// Deletes what refused purposes left; true when a script of theirs is still running here.
const clean = () => undo(purposes.filter(({ code }) => !granted(code)));

// The dialog gives the focus back to its opener; when that is gone too, reading goes on in the page.
function close() {
  dialog?.close();
  layer?.remove();
  if (layer && document.activeElement === document.body) {
    const main = document.querySelector("main,h1") || document.body;
    main.tabIndex = -1;
    main.focus({ preventScroll: true });
  }
  layer = null;
}

function decide(method, yes) {
  const now = new Date();
  const said = formatAnswers(purposes, yes);
  visitor ||= random();
  choice = { visitor, material, at: (now / 1000).toFixed(), said };
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `${formatChoice(choice)};path=/;max-age=${days * 86400};samesite=lax${secure}`;
  send({ visitor, method, answers: get().answers, said_at: now.toISOString() });
  close();
  consentMode("update");
  const stale = clean();
  look();
  document.dispatchEvent(new CustomEvent("privacy:change", { detail: get() }));
  if (stale) location.reload();
  else if (method !== "gpc") tell();
}

// For pages and tools: saying again what is already stored is no new answer.
const settle = (method, yes) => () => {
  if (choice?.said !== formatAnswers(purposes, yes)) decide(method, yes);
};

// Refusing comes first, and each layer shows what it is given as equals.
const reject = () => decide(purposes.some(({ code }) => granted(code)) ? "withdrawal" : "refuse_all", none);
const accept = () => decide("accept_all", all);
const save = () => decide("choices", ticked);
const always = (codes) => decide("placeholder", (code) => granted(code) || codes.includes(code));

function open() {
  if (dialog?.open) return;
  dialog = settings(granted, choice, { reject, accept, save });
  document.body.append(dialog);
  dialog.showModal();
}

// Runs at each change of the page, so that late content is held too. A first layer that somebody
// took away is not put back: two watchers would fight.
function look() {
  const { body, readyState } = document;
  scan(has, always);
  if (!body) return;
  if (!choice) layer || body.prepend((layer = banner({ reject, accept, choose: open })));
  else if (readyState !== "loading" && !document.querySelector("[data-privacy-open]")) {
    body.append(permanent());
  }
}

function start() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
  consentMode("default");
  const found = findChoice(document.cookie);
  visitor = found?.visitor;
  if (isCurrent(found, config, Date.now() / 1000)) {
    choice = found;
    consentMode("update");
    clean();
  } else if (navigator.globalPrivacyControl && purposes.some(({ gpc }) => gpc)) decide("gpc", none);
  look();
  flush();
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  addEventListener("DOMContentLoaded", look);
  addEventListener("online", flush);
  addEventListener("click", (event) => {
    if (event.target.closest("[data-privacy-open]")) {
      event.preventDefault();
      open();
    }
  });
}

if (purposes && !self.privacyBanner) {
  self.privacyBanner = {
    get, has, open,
    accept: settle("api", all),
    reject: settle("api", none),
    withdraw: settle("withdrawal", none),
    on: (name, act) =>
      document.addEventListener("privacy:" + name, (event) => act(event.detail)),
  };
  start();
}
