// Undoes what refused purposes left on the device.
import config from "./config.js";
import { core, has } from "./stub.js";
import { covered, expiries } from "./undo.js";

// By kind of place: the names that are there, and how one of them is deleted. What the browser does
// not let us list is deleted by its declared name.
const places = {
  cookie: [
    () => document.cookie.match(/[^ ;=]+(?==)/g) || [],
    (name) => {
      const { hostname, pathname } = location;
      for (const text of expiries(name, hostname, pathname)) document.cookie = text;
    },
  ],
  local: [() => Object.keys(localStorage), (name) => delete localStorage[name]],
  session: [() => Object.keys(sessionStorage), (name) => delete sessionStorage[name]],
  indexeddb: [
    async () => (await indexedDB.databases()).map(({ name }) => name),
    (name) => indexedDB.deleteDatabase(name),
  ],
  cache: [() => caches.keys(), (name) => caches.delete(name)],
};

async function forget({ name, kind }) {
  try {
    const [listed, remove] = places[kind];
    for (const found of covered(name, await listed())) await remove(found);
  } catch {
    // Blocked storage holds nothing; a kind that only the page's own server can reach is told below.
  }
}

// Partners that declare an address for it are told to stop; neither cookie nor reply is wanted.
const optOut = ({ opt_out_url: address }) =>
  address && fetch(address, { mode: "no-cors", credentials: "include", keepalive: true }).catch(() => {});

/** Delete what refused purposes declared, and undo what `gone`, just withdrawn, allowed. */
export async function clean(gone) {
  const refused = config.purposes.filter(({ code }) => !has(code));
  const left = refused.flatMap(({ cookies = [] }) => cookies);
  const taken = refused.filter(({ code }) => gone.includes(code));
  taken.flatMap(({ vendors = [] }) => vendors).forEach(optOut);
  const names = left.filter(({ kind }) => kind === "http").map(({ name }) => name);
  const expire = core.tag()?.dataset.expire;
  if (expire && names[0] && gone[0]) {
    const body = JSON.stringify({ purposes: gone, names });
    const headers = { "Content-Type": "application/json" };
    await fetch(expire, { method: "POST", body, headers, keepalive: true }).catch(() => {});
  }
  await Promise.all(left.map(forget));
}
