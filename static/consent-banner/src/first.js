// For who has not answered, as far as we know: the stub and what asks, in one file.
import { core, start } from "./stub.js";
import { parts } from "./ui.js";

Object.assign(core, parts());
start();
