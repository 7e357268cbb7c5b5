// What stands in the place of a frame that no purpose allows.
import config from "./config.js";
import { core, has } from "./stub.js";
import { filled } from "./filled.js";
import { make, outer, row, say } from "./words.js";

function show(frame) {
  const { box } = frame;
  const focused = box.contains(document.activeElement);
  box.remove();
  frame.style.display = frame.shown;
  frame.src ||= frame.dataset.src;
  if (focused) frame.focus();
}

const codesOf = (frame) => frame.dataset.purpose.split(" ");

// A group of the frame's size: what it is, show it once, always allow its purposes, plain link.
function placeholder(frame, empty) {
  const codes = codesOf(frame);
  const { provider, src } = frame.dataset;
  const way = make("a", { href: src }, say("elsewhere"));
  const named = {
    title: frame.title,
    provider: provider || way.hostname,
    purposes: config.purposes.filter(({ code }) => codes.includes(code)).map(({ title }) => title),
  };
  const always = () => core.decide("placeholder", (code) => has(code) || codes.includes(code));
  const box = outer("div", "cb-embed", { role: "group", ariaLabel: named.title },
    make("p", filled("embed", named)),
    row({ once: () => show(empty), always }),
    way);
  // The frame's own room and place, so that nothing on the page moves when it comes.
  const own = getComputedStyle(frame);
  for (const name of ["position", "inset", "float", "margin", "verticalAlign"]) box.style[name] = own[name];
  box.style.display = own.display === "block" ? "flex" : "inline-flex";
  box.style.minHeight = frame.offsetHeight + "px";
  box.style.maxWidth = frame.offsetWidth + "px";
  return box;
}

/** Put a placeholder before a frame; a copy without an address takes its place: emptied where it
 * stands, a frame may go on running. */
export function hold(frame) {
  if (frame.box || !frame.isConnected || codesOf(frame).every(has)) return;
  const empty = frame.cloneNode();
  empty.removeAttribute("src");
  empty.box = placeholder(frame, empty);
  // Pages say how frames are displayed, which is stronger than `hidden`.
  empty.shown = frame.style.display;
  empty.style.setProperty("display", "none", "important");
  frame.replaceWith(empty.box, empty);
}

/** Show the frames that a new answer allows; a later one may hold them again. */
export function reveal() {
  for (const frame of document.querySelectorAll("iframe[data-purpose]")) {
    if (frame.box && codesOf(frame).every(has)) {
      show(frame);
      frame.box = 0;
    }
  }
}
