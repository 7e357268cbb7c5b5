// The two layers, the permanent button and the line that says "saved". They show and tell; what an
// answer does is decided in banner.js.
import { json, pending, receipt } from "./api.js";
import config from "./config.js";
import { button, list, make, outer, part, say } from "./words.js";

const acts = (on) => part("acts", Object.keys(on).map((hook) => button(hook, on[hook])));

/** The first layer: not modal, takes no focus, covers no page. */
export const banner = (on) =>
  outer("section", "", { id: "cb", role: "dialog", ariaModal: "false", ariaLabel: say("title") },
    part("text",
      make("h2", say("title")),
      make("p", say("intro")),
      list(config.purposes.map(({ title, summary }) => [make("b", title), " – " + summary])),
      make("p", say("note"), " ", make("a", { href: config.policy_url }, say("policy")))),
    acts(on));

function choice({ code, title, summary, description, vendors = [], cookies = [] }, checked) {
  return part("one",
    make("label", make("input", { type: "checkbox", id: "cb-" + code, checked }), make("b", title)),
    make("p", description || summary),
    make("details", make("summary", say("details")), list([
      ...vendors.map(({ name, policy_url: href }) => make("a", { href }, name)),
      ...cookies.map(({ name, lifetime }) => name + " – " + lifetime),
    ])));
}

const needed = ({ title, summary }) =>
  part("one", make("b", title), " – " + say("needed"), make("p", summary));

// The receipt kept here is that of the last answer only when nothing waits to be sent.
function proof() {
  const { id, at } = receipt()?.receipt || {};
  if (pending()[0] || !id) return;
  const date = new Date(at).toLocaleString(config.language);
  const file = { href: URL.createObjectURL(json(receipt())), download: id + ".json" };
  return make("p", say("receipt", { id, date }), " ", make("a", file, say("download")));
}

/** Whether the purpose is ticked on the second layer. */
export const ticked = (code) => document.querySelector("#cb-" + code).checked;

/** The second layer, a native modal dialog; Esc and its close button store nothing. */
export function settings(has, answered, on) {
  const dialog = outer("dialog", "",
    { id: "cbd", ariaLabel: say("settings"), onclose: () => dialog.remove() },
    make("header", make("h2", say("settings")), button("close", () => dialog.close())),
    part("text",
      make("p", say("settings_intro")),
      navigator.globalPrivacyControl && make("p", say("gpc")),
      config.purposes.map((purpose) => choice(purpose, has(purpose.code))),
      config.exempt.map(needed),
      answered && proof()),
    acts(on));
  return dialog;
}

/** The permanent way back, for pages that have none of their own. */
export function permanent() {
  const way = outer("button", "cb-way", say("manage"));
  way.dataset.privacyOpen = "";
  return way;
}

/** One short line for everybody, screen readers included; it leaves by itself. */
export function tell() {
  const line = outer("div", "cb-way", { role: "status" });
  document.body.append(line);
  setTimeout(() => line.append(say("saved")), 50);
  setTimeout(() => line.remove(), 5000);
}
