// Stands for stub.js in a file that is fetched later: the same names, bound to the stub that is
// already on the page.
export let core, get, has, look, need, ran, use;

/** Bind the names, and add the file's parts to the others. */
export const bind = (given, parts) =>
  ({ get, has, look, need, ran, use } = core = Object.assign(given, parts));
