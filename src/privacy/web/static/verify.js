// Judges a receipt in this very browser: signature, entry, path, checkpoint. Nothing is uploaded.
// The steps are those of `privacy receipt verify`; a test holds the two against each other.
"use strict";

const SCHEMA = "privacy-proof/1";
const RECEIPT = "privacy-receipt/1";
const LARGEST = 1_000_000;
const encoder = new TextEncoder();

/** The file lacks what a step looks at. */
class Absent extends Error {}
/** The file cannot be read as a receipt. */
class Unreadable extends Error {}
/** This browser cannot check Ed25519 signatures. */
class Unable extends Error {}

function octets(text) {
  const raw = atob(text);
  if (btoa(raw) !== text) throw new Error("not canonical base64");
  return Uint8Array.from(raw, (sign) => sign.charCodeAt(0));
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");

async function hash(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

/** The bytes that were signed: sorted keys, no spaces (as RFC 8785 for what receipts hold). */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = Object.keys(value).sort();
  return `{${inner.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

/** A C2SP verifier key: name+id+base64, where the id is derived from name and key. */
async function opened(vkey) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) || [];
  const bytes = octets(encoded);
  if (bytes.length !== 33 || bytes[0] !== 1) throw new Error("not an Ed25519 key");
  const expected = (await hash(encoder.encode(`${name}\n`), bytes)).slice(0, 4);
  if (hex(expected) !== id) throw new Error("the id is not that of the key");
  try {
    const raw = bytes.slice(1);
    const key = await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
    return { name, id, key };
  } catch (error) {
    if (error.name === "NotSupportedError") throw new Unable();
    throw error;
  }
}

async function signs(one, signature, message) {
  return crypto.subtle.verify("Ed25519", one.key, signature, message);
}

/** What a signed note says, if one of the keys has signed it (C2SP signed-note, tlog-checkpoint). */
async function openedNote(note, keys, origin) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) throw new Error("not a note");
  const body = note.slice(0, cut + 1);
  let believed = 0;
  for (const line of note.slice(cut + 2, -1).split("\n")) {
    const [, name, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line) || [];
    const signature = octets(encoded);
    for (const one of keys) {
      if (one.name !== name || one.id !== hex(signature.slice(0, 4))) continue;
      if (!(await signs(one, signature.slice(4), encoder.encode(body)))) throw new Error("forged");
      believed += 1;
    }
  }
  const [first, size, root] = body.split("\n");
  if (!believed || first !== origin || !/^(0|[1-9]\d{0,15})$/.test(size)) throw new Error("other");
  return { origin: first, size: Number(size), root: octets(root) };
}

const node = (left, right) => hash(Uint8Array.of(1), left, right);
const same = (one, other) => one.length === other.length && hex(one) === hex(other);

/** Whether a leaf stands at an index of the tree (RFC 9162, 2.1.3.2). */
async function included(leaf, index, path, checkpoint) {
  let place = index;
  let last = checkpoint.size - 1;
  let reached = leaf;
  let fits = Number.isSafeInteger(index) && index >= 0 && index <= last;
  for (const step of path) {
    fits = fits && last > 0;
    if (place % 2 || place === last) {
      reached = await node(step, reached);
      while (place % 2 === 0 && place) [place, last] = [place / 2, Math.floor(last / 2)];
    } else {
      reached = await node(reached, step);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return fits && last === 0 && same(reached, checkpoint.root);
}

/** In which fields the entry of the log says other than the receipt. */
function differences(entry, receipt) {
  const details = entry.d;
  const codes = Object.keys(receipt.answers).sort();
  const joined = (granted) => codes.filter((code) => receipt.answers[code] === granted).join(",");
  const pairs = {
    action: [entry.t.split(".")[0], "consent"],
    subject: [entry.s, receipt.subject],
    controller: [entry.c, receipt.controller],
    at: [entry.at, receipt.at],
    granted: [details.granted, joined(true)],
    refused: [details.refused, joined(false)],
  };
  for (const name of Object.keys(details)) {
    if (Object.hasOwn(receipt, name)) pairs[name] = [details[name], receipt[name]];
  }
  pairs.answer = [details.answer ?? "", receipt.id];
  for (const name of ["site", "notice", "method"]) {
    pairs[name] = [details[name] ?? "", receipt[name]];
  }
  return Object.keys(pairs).filter((name) => pairs[name][0] !== pairs[name][1]).sort();
}

/** Reads a receipt, with or without its proof. */
function read(text) {
  let told;
  try {
    if (text.length > LARGEST) throw new Error("too large");
    told = JSON.parse(text);
    const { receipt, signature, key, proof } = told;
    if (receipt.schema !== RECEIPT || typeof signature !== "string" || typeof key !== "string") {
      throw new Error("another form");
    }
    if (octets(receipt.log.leaf).length !== 32 || typeof receipt.answers !== "object") {
      throw new Error("damaged");
    }
    if (proof && proof.schema !== SCHEMA) throw new Error("another form");
  } catch {
    throw new Unreadable();
  }
  return told;
}

/** Looks at every step: true, false, or null where the file lacks it; `details` names fields. */
async function judge(text, trusted = []) {
  const { receipt, signature, key, proof } = read(text);
  const found = { steps: {}, details: {}, receipt, key, proof, checkpoint: null };
  const kept = () => {
    if (!proof) throw new Absent();
    return proof;
  };
  const leaf = octets(receipt.log.leaf);
  const steps = {
    key: async () => {
      const used = [...new Set([key, ...(proof ? [proof.key] : [])])];
      for (const one of used) await opened(one);
      const foreign = trusted.length ? used.filter((one) => !trusted.includes(one)).sort() : [];
      found.details.key = foreign.join(",");
      return !foreign.length;
    },
    signature: async () =>
      signs(await opened(key), octets(signature), encoder.encode(canonical(receipt))),
    notice: async () => {
      if (!kept().notice) throw new Absent();
      return hex(await hash(encoder.encode(kept().notice))) === receipt.notice;
    },
    leaf: async () => same(await hash(Uint8Array.of(0), encoder.encode(kept().entry)), leaf),
    entry: async () => {
      found.details.entry = differences(JSON.parse(kept().entry), receipt).join(",");
      return !found.details.entry;
    },
    checkpoint: async () => {
      const names = [...new Set([kept().key, ...trusted])];
      const keys = await Promise.all(names.map(opened));
      found.checkpoint = await openedNote(kept().checkpoint, keys, receipt.log.origin);
      return true;
    },
    inclusion: async () => {
      if (!kept() || !found.checkpoint) throw new Absent();
      return included(leaf, proof.index, proof.hashes.map(octets), found.checkpoint);
    },
  };
  for (const [name, look] of Object.entries(steps)) {
    try {
      found.steps[name] = await look();
    } catch (error) {
      if (error instanceof Unable) throw error;
      found.steps[name] = error instanceof Absent ? null : false;
    }
  }
  const outcomes = Object.entries(found.steps);
  found.isFalse = outcomes.some(([, good]) => good === false);
  found.isProven = !found.isFalse && outcomes.every(([name, good]) => good || name === "notice");
  return found;
}

// The page.

const ORDER = ["key", "signature", "notice", "leaf", "entry", "inclusion", "checkpoint"];

function element(name, className, ...inner) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...inner);
  return made;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

class Page {
  constructor(root) {
    this.words = JSON.parse(root.dataset.words);
    this.keys = JSON.parse(root.dataset.keys);
    this.language = document.documentElement.lang;
    this.result = root.querySelector("[role=status]");
    this.text = root.querySelector("textarea");
    this.file = root.querySelector("input[type=file]");
    root.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.check(this.text.value);
    });
    this.file.addEventListener("change", () => this.take(this.file.files[0]));
    root.addEventListener("dragover", (event) => event.preventDefault());
    root.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take(event.dataTransfer.files[0]);
    });
  }

  async take(file) {
    if (!file) return;
    this.text.value = file.size > LARGEST ? "" : await file.text();
    await this.check(this.text.value);
  }

  async check(text) {
    if (!globalThis.isSecureContext || !crypto.subtle) return this.say("late", "insecure");
    try {
      const found = await judge(text, this.keys);
      return this.show(found);
    } catch (error) {
      return this.say("late", error instanceof Unable ? "unable" : "unreadable");
    }
  }

  say(tone, name, ...more) {
    this.result.replaceChildren(
      element(
        "div",
        `flash ${tone}`,
        element("h2", "", this.words[`${name}_title`]),
        element("p", "", this.words[name]),
        ...more,
      ),
    );
  }

  show(found) {
    if (found.isFalse) this.say("late", "false");
    else if (found.isProven) this.say("done", "proven");
    else this.say("near", "unproven", this.asking(found));
    if (!found.isFalse) this.result.append(this.facts(found));
    this.result.append(this.steps(found));
    if (found.isProven) this.result.append(this.saving(found));
  }

  facts(found) {
    const { receipt, proof, checkpoint } = found;
    const titles = this.titles(proof);
    const list = element("dl", "facts");
    const add = (name, ...value) =>
      list.append(element("dt", "", this.words[name]), element("dd", "", ...value));
    for (const code of Object.keys(receipt.answers).sort()) {
      const granted = receipt.answers[code];
      list.append(element("dt", "", titles[code] || code));
      const chip = element("span", `chip ${granted ? "done" : ""}`);
      chip.textContent = this.words[granted ? "granted" : "refused"];
      list.append(element("dd", "", chip));
    }
    add("at", this.instant(receipt.at));
    add("until", this.instant(receipt.valid_until));
    if (checkpoint) {
      const values = { index: proof.index, size: checkpoint.size };
      add("place", filled(this.words.place_value, values));
      add("root", element("code", "", hex(checkpoint.root)));
    }
    add("signed", element("code", "", found.key));
    return element("div", "sheet", element("h2", "", this.words.says), list);
  }

  titles(proof) {
    try {
      const asked = JSON.parse(proof.notice).purposes;
      return Object.fromEntries(asked.map((one) => [one.code, one.title]));
    } catch {
      return {};
    }
  }

  steps(found) {
    const list = element("ul", "plain");
    for (const name of ORDER) {
      const good = found.steps[name];
      const state = good === null ? "absent" : good ? "held" : "failed";
      const tone = { absent: "", held: "done", failed: "late" }[state];
      const line = element("li", "", element("span", `chip ${tone}`, this.words[state]), " ");
      line.append(this.words[`${name}_${good === false ? "no" : "yes"}`]);
      if (good === false && found.details[name]) {
        line.append(" ", element("code", "", found.details[name]));
      }
      list.append(line);
    }
    return element("div", "sheet", element("h2", "", this.words.steps), list);
  }

  /** The button that asks the log for the proof; only then does anything leave this browser. */
  asking(found) {
    const button = element("button", "button quiet", this.words.ask);
    button.type = "button";
    button.addEventListener("click", async () => {
      const { id, log } = found.receipt;
      const leaf = hex(octets(log.leaf));
      button.disabled = true;
      try {
        const answer = await fetch(`/banner/receipts/${encodeURIComponent(id)}?leaf=${leaf}`, {
          credentials: "omit",
        });
        if (answer.status === 202) return this.say("near", "waits");
        if (!answer.ok) return this.say("late", "unknown");
        const { proof } = await answer.json();
        const { receipt, signature, key } = JSON.parse(this.text.value);
        this.text.value = JSON.stringify({ receipt, signature, key, proof });
        return await this.check(this.text.value);
      } catch {
        return this.say("late", "offline");
      }
    });
    return element("p", "", button);
  }

  saving(found) {
    const link = element("a", "button quiet", this.words.save);
    link.href = URL.createObjectURL(new Blob([this.text.value], { type: "application/json" }));
    link.download = `${found.receipt.id}.json`;
    return element("p", "", link);
  }

  instant(text) {
    const at = new Date(text);
    if (Number.isNaN(at.getTime())) return text;
    const shown = at.toLocaleString(this.language, {
      dateStyle: "long",
      timeStyle: "medium",
      timeZone: "Europe/Paris",
    });
    const made = element("time", "", shown);
    made.dateTime = text;
    made.title = text;
    return made;
  }
}

const root = document.getElementById("verifier");
if (root) new Page(root);
