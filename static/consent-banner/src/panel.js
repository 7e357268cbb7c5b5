// What is fetched when it is needed: the second layer, what stands in for frames, the clean-up
// after a withdrawal, and the choice of an account.
import { clean } from "./clean.js";
import { identify } from "./account.js";
import { hold, reveal } from "./embed.js";
import config from "./config.js";
import { core, get, has } from "./stub.js";
import { open } from "./dialog.js";
import css from "./panel.css";
import { proof } from "./proof.js";
import { dress } from "./words.js";

// For pages and tools: saying again what is already stored is no new answer.
const settle = (yes) => () => {
  if (!get() || config.codes.some((code) => has(code) !== yes)) core.decide("api", () => yes);
};

/** The parts of this file. */
export function parts() {
  dress(css);
  document.addEventListener("privacy:change", reveal);
  return {
    accept: settle(true), reject: settle(false),
    clean, hold, identify, open, proof,
  };
}
