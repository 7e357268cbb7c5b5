// What is fetched when it is needed: the second layer, what stands in for frames, the clean-up
// after a withdrawal, and the choice of an account.
import { clean } from "./clean.js";
import { identify } from "./account.js";
import { hold, reveal } from "./embed.js";
import { open } from "./dialog.js";
import css from "./panel.css";
import { dress } from "./words.js";

/** The parts of this file. */
export function parts() {
  dress(css);
  document.addEventListener("privacy:change", reveal);
  return { clean, hold, identify, open };
}
