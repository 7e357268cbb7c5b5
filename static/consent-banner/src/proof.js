// What proves the last answer, for the person to keep.
import config from "./config.js";
import { read } from "./storage.js";

/** The receipt with the proof that it stands in the log; alone while the proof waits or the
 * service is away; nothing before an answer was received there. */
export async function proof() {
  const kept = read("privacy_receipt");
  try {
    const { id, log } = kept.receipt;
    const leaf = [...atob(log.leaf)].map((one) => one.charCodeAt().toString(16).padStart(2, 0)).join("");
    const reply = await fetch(`${config.service}/banner/receipts/${id}?leaf=${leaf}`, { credentials: "omit" });
    if (reply.status === 200) return await reply.json();
  } catch {}
  return kept;
}

/** Let a link whose click is heard save that as a file. */
export async function keep(event) {
  const link = event.currentTarget;
  if (link.whole) return;
  event.preventDefault();
  link.href = link.whole = URL.createObjectURL(
    new Blob([JSON.stringify(await proof())], { type: "application/json" }),
  );
  link.click();
}
