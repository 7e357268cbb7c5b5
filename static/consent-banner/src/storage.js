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

/** Remove from local or session storage every key that `chosen` picks out of all keys. */
export function forgetKeys(kind, chosen) {
  try {
    const storage = self[kind + "Storage"];
    for (const key of chosen(Object.keys(storage))) delete storage[key];
  } catch {}
}
