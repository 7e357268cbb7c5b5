// The first layer, the permanent button and the line that says "saved".
import { decide, flush, post, tag, take } from "./answer.js";
import config from "./config.js";
import css from "./ui.css";
import { core, has, need } from "./stub.js";
import { dress, list, live, make, outer, part, row, say } from "./words.js";

const { codes, lines, notice, policy_url } = config;
let layer;
let home;

const all = () => true;
const none = () => false;
const accept = () => decide("accept_all", all);
// Refusing comes first, and each layer shows what it is given as equals.
const reject = () => decide(codes.some(has) ? "withdrawal" : "refuse_all", none);

const acts = { reject, accept, choose: () => need("open", 0, 1) };

// Not modal, takes no focus, covers no page.
const banner = () =>
  outer("section", "", { id: "cb", role: "dialog", ariaModal: "false", ariaLabel: say("title") },
    part("text",
      make("h2", say("title")),
      make("p", say("intro")),
      list(lines.map(([title, summary]) => [make("b", title), " – " + summary])),
      make("p", say("note"), " ", make("a", { href: policy_url }, say("policy")))),
    row(acts));

// A first layer that somebody took away is not put back, for two watchers would fight; but it moves
// on with a page that gets another body.
function ask() {
  const { body } = document;
  if (navigator.globalPrivacyControl && config.gpc) decide("gpc", none);
  else if (body && body !== home) {
    home = body;
    // The page's server may have drawn it, word for word the same: then it only begins to act.
    layer ||= document.querySelector(`[data-notice="${notice}"]`) || banner();
    live(layer.lastChild, acts);
    // Moving it would take the focus from it.
    layer.isConnected || body.prepend(layer);
  }
}

// The dialog gives the focus back to its opener; when that is gone too, reading goes on in the page.
function close() {
  document.querySelector("#cbd")?.close();
  if (!layer) return;
  layer.remove();
  layer = home = 0;
  if (document.activeElement === document.body) {
    const main = document.querySelector("main,h1") || document.body;
    main.tabIndex = -1;
    main.focus({ preventScroll: true });
  }
}

// The permanent way back, for pages that have none of their own.
function way() {
  const button = outer("button", "cb-way", say("manage"));
  button.dataset.privacyOpen = "";
  document.body.append(button);
}

// One short line for everybody, screen readers included; it leaves by itself.
function tell(words) {
  const line = outer("div", "cb-way", { role: "status" });
  document.body.append(line);
  setTimeout(() => line.append(words), 50);
  setTimeout(() => line.remove(), 5000);
}

// When the second layer cannot be fetched there is still a way to refuse.
function sorry(text) {
  if (confirm(text + "\n" + say("reject") + " ?")) reject();
}

function tidy() {
  flush();
  need("clean", []);
}

const withdraw = () => codes.some(has) && reject();

/** The parts of this file; they begin to listen when they are put in. */
export function parts() {
  dress(css);
  addEventListener("online", flush);
  return {
    acceptAll: accept, ask, close, decide, post, rejectAll: reject, sorry, tag, take, tell, tidy, way, withdraw,
  };
}
