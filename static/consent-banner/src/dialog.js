// The second layer: per purpose and per partner, what it means and what it leaves; and the proof.
import config from "./config.js";
import { read } from "./storage.js";
import { core, get, has } from "./stub.js";
import { filled } from "./filled.js";
import { keep } from "./proof.js";
import { button, list, make, outer, part, row, say } from "./words.js";

function choice({ code, title, summary, description, vendors = [], cookies = [] }) {
  return part("one",
    make("label", make("input", { type: "checkbox", id: "cb-" + code, checked: has(code) }), make("b", title)),
    make("p", description || summary),
    make("details", make("summary", say("details")), list([
      ...vendors.map(({ name, policy_url: href }) => make("a", { href }, name)),
      ...cookies.map(({ name, lifetime }) => name + " – " + lifetime),
    ])));
}

const needed = ({ title, summary }) =>
  part("one", make("b", title), " – " + say("needed"), make("p", summary));

// The receipt kept here is that of the last answer only when nothing waits to be sent.
function receipt() {
  const kept = read("privacy_receipt");
  const { id, at } = kept?.receipt || {};
  if (!get() || !id || read("privacy_pending")?.[0]) return;
  const date = new Date(at).toLocaleString(config.language);
  const link = { href: "#", download: id + ".json", onclick: keep };
  return make("p", filled("receipt", { id, date }), " ", make("a", link, say("download")));
}

const save = () => core.decide("choices", (code) => document.querySelector("#cb-" + code).checked);

/** Show the second layer, a native modal dialog; Esc and its close button store nothing. */
export function open() {
  if (document.querySelector("#cbd")) return;
  const dialog = outer("dialog", "",
    { id: "cbd", ariaLabel: say("settings"), onclose: () => dialog.remove() },
    make("header", make("h2", say("settings")), Object.assign(button("close"), { onclick: () => dialog.close() })),
    part("text",
      make("p", say("settings_intro")),
      navigator.globalPrivacyControl && make("p", say("gpc")),
      config.purposes.map(choice),
      config.free.map(needed),
      receipt()),
    row({ reject: core.rejectAll, accept: core.acceptAll, save }));
  document.body.append(dialog);
  dialog.showModal();
}
