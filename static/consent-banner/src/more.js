// What a page that could ask at once fetches when somebody wants to see more.
import { bind } from "./bridge.js";
import { parts } from "./panel.js";

export default (core) => bind(core, parts());
