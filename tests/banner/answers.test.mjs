// The banner's rules that need no page: what a cookie says, what a declared name covers.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  covered, expiries, findChoice, formatAnswers, formatChoice, grants, isCurrent, signals,
} from "../../static/consent-banner/src/answers.js";

const material = "9f2c1f6d";
const purposes = [
  { code: "audience", signals: ["analytics_storage"] },
  { code: "ads", signals: ["ad_storage", "ad_user_data"] },
];
const config = { material, days: 180, purposes };
const visitor = "0123456789abcdef0123456789abcdef";
const at = 1_790_000_000;
const said = formatAnswers(purposes, (code) => code === "ads");
const cookie = formatChoice({ visitor, material, at, said });

test("a choice is written readably and read back", () => {
  assert.equal(cookie, `privacy_choice=1.${visitor}.9f2c1f6d.${at}.audience:0.ads:1`);
  for (const header of [cookie, `a=b; ${cookie}`, `${cookie}; c=d`]) {
    const choice = findChoice(header);
    assert.equal(choice.visitor, visitor);
    assert.equal(grants(choice, "ads"), true);
    assert.equal(grants(choice, "audience"), false);
    assert.equal(isCurrent(choice, config, at + 60), true);
  }
});

test("whatever is not exactly a choice is no choice", () => {
  const [name, value] = cookie.split("=");
  const broken = ["", value.slice(1), `2${value.slice(1)}`, value.replace(":1", ":2"), `${value}.`,
    value.replace("0123", "012g"), value.replace("9f2c", "9f2"), value.replace("17900", "1790"),
    value.split(".audience")[0], `${value} `, `"${value}"`];
  for (const text of broken) assert.equal(findChoice(`${name}=${text}`), undefined, text);
  assert.equal(findChoice(`not_${cookie}`), undefined);
});

test("no choice, and no other purpose than those said, is granted", () => {
  const choice = findChoice(cookie);
  for (const code of ["", "ad", "s", "ads:1", "toString", "constructor", "audience"]) {
    assert.equal(grants(choice, code), false, code);
  }
  assert.equal(grants(undefined, "ads"), false);
});

test("a choice answers only what was asked, its own time and all purposes of today", () => {
  const choice = findChoice(cookie);
  const day = 86400;
  assert.equal(isCurrent(choice, config, at + 180 * day - 1), true);
  assert.equal(isCurrent(choice, config, at + 180 * day), false);
  assert.equal(isCurrent(choice, { ...config, material: "8f2c1f6d" }, at), false);
  const more = [...purposes, { code: "video", signals: [] }];
  assert.equal(isCurrent(choice, { ...config, purposes: more }, at), false);
  assert.equal(isCurrent(undefined, config, at), false);
});

test("a declared name covers what its stars stand for and nothing else", () => {
  const names = ["_ga", "_ga_X1", "x_ga", "_pk_id.1.fff", "_pk_idx1", "a+b"];
  assert.deepEqual(covered("_ga*", names), ["_ga", "_ga_X1"]);
  assert.deepEqual(covered("_ga", names), ["_ga"]);
  assert.deepEqual(covered("_pk_id.*", names), ["_pk_id.1.fff"]);
  assert.deepEqual(covered("*.1.*", names), ["_pk_id.1.fff"]);
  assert.deepEqual(covered("a+b", names), ["a+b"]);
  assert.deepEqual(covered("(", names), []);
});

test("a cookie is expired for each domain and path that may own it", () => {
  const found = expiries("_ga", "www.shop.example", "/a/b");
  for (const domain of ["", "www.shop.example", "shop.example"]) {
    for (const path of ["/", "/a", "/a/b"]) {
      assert.ok(found.includes(`_ga=;max-age=0;path=${path};domain=${domain}`), `${domain} ${path}`);
    }
  }
  assert.equal(new Set(found).size, found.length);
});

test("consent mode denies everything but security until a purpose grants it", () => {
  const before = signals(purposes, () => false);
  assert.equal(Object.keys(before).length, 7);
  assert.deepEqual([...new Set(Object.values(before))], ["granted", "denied"]);
  assert.equal(before.security_storage, "granted");
  const after = signals(purposes, (code) => code === "ads");
  const granted = Object.keys(after).filter((kind) => after[kind] === "granted");
  assert.deepEqual(granted.sort(), ["ad_storage", "ad_user_data", "security_storage"]);
});
