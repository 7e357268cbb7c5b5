// Talks to the service. An answer is kept until the service has it; its id makes sending it twice
// harmless. Nothing is written here before the visitor has answered.
import config from "./config.js";
import { read, write } from "./storage.js";

const PENDING = "privacy_pending";
const RECEIPT = "privacy_receipt";
let busy;

/** The answers that the service has not acknowledged yet, oldest first. */
export const pending = () => read(PENDING) || [];

/** What the service gave for the last answer: {receipt, signature, key}, or nothing. */
export const receipt = () => read(RECEIPT);

/** A value as a JSON file. */
export const json = (value) => new Blob([JSON.stringify(value)], { type: "application/json" });

/** 128 random bits in hexadecimal. */
export const random = () =>
  crypto.getRandomValues(new Uint8Array(32))
    .reduce((text, byte) => text + (byte & 15).toString(16), "");

/** Keep an answer under a new id, then try to send it. */
export function send(answer) {
  const { site, notice, language } = config;
  // crypto.randomUUID is missing on pages without https.
  const id = random().replace(/(.{8})(.{4}).(.{3}).(.{3})/, "$1-$2-4$3-a$4-");
  write(PENDING, [...pending(), { site, id, notice, language, page: location.pathname.slice(0, 1000), ...answer }]);
  flush();
}

/** Send what is pending, in order; what fails for now stays for the next page or connection. */
export async function flush() {
  if (busy) return;
  busy = true;
  let body;
  while ((body = pending()[0]) && (await deliver(body))) {
    write(PENDING, pending().filter(({ id }) => id !== body.id));
  }
  busy = false;
}

// True when the service has decided about the answer, whichever way.
async function deliver(body) {
  try {
    const reply = await fetch(config.service + "/banner/consents", {
      method: "POST", body: json(body), credentials: "omit", keepalive: true,
    });
    const { ok, status } = reply;
    if (ok) write(RECEIPT, await reply.json());
    else if (status > 499 || status === 408 || status === 429) return;
    else console.warn("privacy: answer refused", status);
    return true;
  } catch {}
}
