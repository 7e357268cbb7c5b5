// For pages that pin the code by its hash: everything in one file whose bytes never change. What
// changes, the configuration, is data that it fetches.
import { parts as panel } from "./panel.js";
import { core, start } from "./stub.js";
import { parts as ui } from "./ui.js";

Object.assign(core, ui(), panel());
start();
