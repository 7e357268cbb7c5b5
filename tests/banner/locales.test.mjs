// The banner's words: the same in every language, none unused, none missing.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const home = new URL("../../static/consent-banner/", import.meta.url);
const read = (path) => readFileSync(new URL(path, home), "utf8");
const files = readdirSync(new URL("locales/", home));
const locales = Object.fromEntries(files.map((name) => [name, JSON.parse(read(`locales/${name}`))]));
const source = readdirSync(new URL("src/", home)).filter((name) => name.endsWith(".js"))
  .map((name) => read(`src/${name}`)).join("\n");
const places = (text) => [...text.matchAll(/{(\w+)}/g)].map(([, name]) => name).sort();

test("every language has the same texts with the same places", () => {
  const french = locales["fr.json"];
  assert.ok(files.includes("en.json"));
  for (const [name, texts] of Object.entries(locales)) {
    assert.deepEqual(Object.keys(texts), Object.keys(french), name);
    for (const key in texts) {
      assert.ok(texts[key].trim(), `${name}: ${key}`);
      assert.deepEqual(places(texts[key]), places(french[key]), `${name}: ${key}`);
    }
  }
});

test("every text is used and every text that is used exists", () => {
  // A button's hook names its text; the acts of a layer are its keys.
  const keys = Object.keys(locales["fr.json"]);
  const said = [...source.matchAll(/(?:say|button)\("(\w+)"/g)].map(([, key]) => key);
  assert.deepEqual(said.filter((key) => !keys.includes(key)), []);
  assert.deepEqual(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(source)), []);
});

test("nothing from the configuration is ever read as markup or code", () => {
  for (const danger of ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("]) {
    assert.ok(!source.includes(danger), danger);
  }
});

// The banner says "cookies" as each language says it.
const COOKIES = {
  ar: "ملفات تعريف الارتباط", bg: "бисквитки", et: "küpsiseid", fi: "evästeitä", ga: "fianáin",
  hr: "kolačiće", hu: "sütiket", it: "cookie", lt: "slapukus", lv: "sīkdatnes", pl: "plików cookie",
  ro: "cookie-uri", sl: "piškotke", sv: "kakor",
};

for (const [name, texts] of Object.entries(locales)) {
  const language = name.split(".")[0];
  test(`${language}: refusing is no longer to read, and each text leads to the next`, () => {
    assert.ok(texts.reject.length <= 1.5 * texts.accept.length, texts.reject);
    assert.ok(Math.max(texts.reject.length, texts.accept.length, texts.choose.length) <= 20);
    assert.ok(texts.intro.toLowerCase().includes(COOKIES[language] ?? "cookies"), texts.intro);
    assert.match(texts.intro, /:$/);
    assert.ok(texts.note.includes(texts.manage), "the note names the way back as its button does");
    assert.equal(new Set([texts.accept, texts.reject, texts.choose, texts.save, texts.close]).size, 5);
  });
}

test("every language is written anew, in its own letters and quotation marks", () => {
  const english = locales["en.json"];
  for (const [name, texts] of Object.entries(locales)) {
    if (name === "en.json") continue;
    const same = Object.keys(texts).filter((key) => texts[key] === english[key]);
    assert.deepEqual(same, [], name);
    for (const key in texts) assert.doesNotMatch(texts[key], /"|'| {2}|^\s|\s$/, `${name}: ${key}`);
  }
});

// The patterns of the published package: without types in them, the source is plain JavaScript.
const patterns = "node_modules/@duckduckgo/autoconsent/lib/heuristic-patterns.ts";
const missing = !existsSync(new URL(patterns, home)) && "run `npm ci` in static/consent-banner";

test("automatic clients find the words that they know", { skip: missing }, async () => {
  const code = "data:text/javascript," + encodeURIComponent(read(patterns));
  const { DETECT_PATTERNS, REJECT_PATTERNS } = await import(code);
  const fits = (text, known) => known.some((one) => one.test ? text.search(one) >= 0 : text === one);
  // Refusals in these languages are known to the client; Swedish alone has no sentence to be found by.
  for (const language of ["de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv"]) {
    const { title, intro, note, ...texts } = locales[`${language}.json`];
    assert.ok(fits(texts.reject.toLowerCase(), REJECT_PATTERNS), texts.reject);
    const shown = [title, intro, note, texts.accept, texts.reject, texts.choose].join("\n");
    assert.equal(fits(shown, DETECT_PATTERNS), language !== "sv", language);
  }
  for (const [name, { accept, choose, save, manage, close, always, once }] of Object.entries(locales)) {
    for (const text of [accept, choose, save, manage, close, always, once]) {
      assert.ok(!fits(text.toLowerCase(), REJECT_PATTERNS), `${name}: ${text}`);
    }
  }
});
