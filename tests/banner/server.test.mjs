// The file that a server in Node copies says the same as its siblings in Python and PHP.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { answered, granted } from "../../static/consent-banner/server/privacy-choice.mjs";

const { now, cases } = JSON.parse(await readFile(new URL("cookies.json", import.meta.url), "utf8"));

for (const { name, cookies, material, ...wanted } of cases) {
  test(name, () => {
    assert.deepEqual([...granted(cookies, { material, now })].sort(), wanted.granted);
    assert.equal(answered(cookies, { material, now }), wanted.answered);
  });
}
