import { say } from "./words.js";

/** A text whose {places} are filled; lists are joined. */
export const filled = (key, places) =>
  say(key).replace(/{(\w+)}/g, (_, name) => [].concat(places[name]).join(", "));
