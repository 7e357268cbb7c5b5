// What is kept in the visitor's storage. It may be blocked or full: then the page remembers for as
// long as it lives, and nothing breaks.

const memory = {};

/** What was written under a name. */
export function read(name) {
  try {
    return JSON.parse(localStorage[name]);
  } catch {
    return memory[name];
  }
}

/** Keep a value under a name, as JSON. */
export function write(name, value) {
  memory[name] = value;
  try {
    localStorage[name] = JSON.stringify(value);
  } catch {}
}
