// Holds back what is marked data-purpose until every purpose named there was granted, and undoes
// what a refused purpose left behind. Whatever is unknown stays held.
import { covered, expiries } from "./answers.js";
import { placeholder } from "./embed.js";
import { forgetKeys } from "./storage.js";

const ran = [];
const boxes = new WeakMap();
let policy;
let lane = Promise.resolve();

// A copy, since a script that was passed over once is not sure to run when its type is mended. It
// brings its attributes, address and nonce along. Whether it is async only the attribute tells: the
// property is set on whatever the parser passed over. Trusted Types ask for a text that a policy
// has seen; it is the one that the page itself marked.
function released(held) {
  const script = held.cloneNode();
  const rules = { createScript: (text) => text };
  policy ||= self.trustedTypes?.createPolicy("consent-banner", rules) || rules;
  script.type = held.dataset.type || "";
  script.async = held.hasAttribute("async");
  script.text = policy.createScript(held.text);
  return script;
}

// One after the other, as the parser would have done; only async ones are not waited for.
function run(held) {
  const inTurn = () =>
    new Promise((done) => {
      const script = released(held);
      script.onload = script.onerror = done;
      held.replaceWith(script);
      if (!script.src || script.async) done();
    });
  lane = lane.then(inTurn).catch(console.warn);
}

function show(frame) {
  const box = boxes.get(frame);
  const focused = box?.contains(document.activeElement);
  box?.remove();
  frame.hidden = false;
  frame.src = frame.dataset.src;
  if (focused) frame.focus();
}

// A copy without an address takes the place: emptied where it stands, a frame may go on running.
function hide(frame, codes, always) {
  const empty = frame.cloneNode();
  const box = placeholder(frame, codes, () => show(empty), () => always(codes));
  boxes.set(empty, box);
  empty.removeAttribute("src");
  empty.hidden = true;
  frame.replaceWith(box, empty);
}

function release(element, codes) {
  const { src, href } = element.dataset;
  element.removeAttribute("data-purpose");
  if (element.content) element.replaceWith(element.content);
  else if (src) element.src = src;
  else if (href) element.href = href;
  else {
    ran.push(...codes);
    run(element);
  }
}

/** Release what `has` grants and hold the rest; to be called whenever the page has changed. */
export function scan(has, always) {
  for (const element of document.querySelectorAll("[data-purpose]")) {
    const codes = element.dataset.purpose.split(" ");
    const granted = codes.every(has);
    if (element.tagName !== "IFRAME") {
      if (granted) release(element, codes);
    } else if (granted) {
      if (element.getAttribute("src") !== element.dataset.src) show(element);
      boxes.delete(element);
    } else if (!boxes.has(element)) hide(element, codes, always);
  }
}

function forget({ name, kind }) {
  if (kind === "cookie") {
    for (const found of covered(name, document.cookie.match(/[^ ;=]+(?==)/g) || [])) {
      for (const text of expiries(found, location.hostname, location.pathname)) document.cookie = text;
    }
  } else forgetKeys(kind, (keys) => covered(name, keys));
}

/** Delete what refused purposes declared; tells whether a script of theirs ran in this page. */
export function undo(purposes) {
  for (const { cookies = [] } of purposes) cookies.forEach(forget);
  return purposes.some(({ code }) => ran.includes(code));
}
