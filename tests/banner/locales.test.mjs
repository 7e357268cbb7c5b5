// The banner's words: the same in every language, none unused, none missing.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
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
  const said = [...source.matchAll(/(?:say|button)\("(\w+)"/g)].map(([, key]) => key);
  const used = new Set([...said, "reject", "accept", "choose", "save"]);
  assert.deepEqual([...used].sort(), Object.keys(locales["fr.json"]).sort());
});

test("nothing from the configuration is ever read as markup or code", () => {
  for (const danger of ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("]) {
    assert.ok(!source.includes(danger), danger);
  }
});

test("automatic clients find the words that they know, and refusing is no longer to read", () => {
  const known = {
    "fr.json": [/nous utilisons des cookies/i, /^tout refuser$/i],
    "en.json": [/we use cookies/i, /^reject all$/i],
  };
  for (const [name, [sentence, refusal]] of Object.entries(known)) {
    const texts = locales[name];
    assert.match(texts.intro, sentence);
    assert.match(texts.reject, refusal);
    assert.ok(texts.reject.length <= 1.5 * texts.accept.length);
  }
});
