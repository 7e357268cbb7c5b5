// What a page with the stub alone fetches when somebody wants to see or change something.
import { bind } from "./bridge.js";
import { parts as panel } from "./panel.js";
import { parts as ui } from "./ui.js";

export default (core) => bind(core, { ...ui(), ...panel() });
