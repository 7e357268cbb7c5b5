// What stands in the place of a frame that no purpose allows yet.
import config from "./config.js";
import { button, make, outer, part, say } from "./words.js";

/** A group of the frame's size: what it is, show it once, always allow its purposes, plain link. */
export function placeholder(frame, codes, once, always) {
  const way = make("a", { href: frame.dataset.src }, say("elsewhere"));
  const named = {
    title: frame.title,
    provider: frame.dataset.provider || way.hostname,
    purposes: config.purposes.filter(({ code }) => codes.includes(code)).map(({ title }) => title),
  };
  const box = outer("div", "cb-embed", { role: "group", ariaLabel: named.title },
    make("p", say("embed", named)),
    part("acts", button("once", once), button("always", always)),
    way);
  // The frame's own room, so that nothing on the page moves when it comes.
  box.style.cssText = `min-height:${frame.offsetHeight}px;max-width:${frame.offsetWidth}px`;
  return box;
}
