// For who has answered: the stub alone.
import { start } from "./stub.js";

start();
