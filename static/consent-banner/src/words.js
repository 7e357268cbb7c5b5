// The words of the page's language, and the elements that carry them. Text is only ever set as
// text: nothing that comes from the configuration is read as markup.
import config from "./config.js";

/** A text in the page's language. */
export const say = (key) => config.texts[key];

/** An element with what follows: properties, text, children and lists of them; not what is empty. */
export function make(tag, ...parts) {
  const element = document.createElement(tag);
  for (const part of parts.flat()) {
    if (part?.constructor === Object) Object.assign(element, part);
    else if (part) element.append(part);
  }
  return element;
}

/** An outermost element of ours: it carries the style and the language; it says which way it reads. */
export const outer = (tag, kind, ...parts) =>
  make(tag, { className: "cb " + kind, lang: config.language, dir: config.dir }, ...parts);

/** A block with a class of ours. */
export const part = (kind, ...parts) => make("div", { className: "cb-" + kind }, ...parts);

/** A list with an item for each of `items`. */
export const list = (items) => make("ul", items.map((item) => make("li", item)));

/** A button whose stable hook, `data-cb`, also names its text. */
export function button(hook) {
  const element = make("button", { type: "button" }, say(hook));
  element.dataset.cb = hook;
  return element;
}

/** Let the buttons of a row act, by their hooks. */
export function live(row, acts) {
  for (const button of row.children) button.onclick = acts[button.dataset.cb];
  return row;
}

/** A row of equal buttons: acts by their hooks. */
export const row = (acts) => live(part("acts", Object.keys(acts).map(button)), acts);

/** Add style to the page, in a way that no style-src refuses. */
export function dress(css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
}
