// The banner's rules that need no page: what a cookie says, what a declared name covers.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  findChoice, formatAnswers, formatChoice, grants, signals,
} from "../../static/consent-banner/src/answers.js";
import { covered, expiries } from "../../static/consent-banner/src/undo.js";

const codes = ["audience", "ads"];
const config = { material: "9f2c1f6d", codes };
const visitor = "0123456789abcdef0123456789abcdef";
const at = 1_790_000_000;
const said = formatAnswers(codes, (code) => code === "ads");
const cookie = formatChoice([0, visitor, at, said], config);

test("a choice is written readably and read back", () => {
  assert.equal(cookie, `privacy_choice=1.${visitor}.9f2c1f6d.${at}.audience:0.ads:1`);
  for (const header of [cookie, `a=b; ${cookie}`, `${cookie}; c=d`]) {
    const [, who, when, what] = findChoice(header, config);
    assert.deepEqual([who, +when], [visitor, at]);
    assert.equal(grants(what, "ads"), true);
    assert.equal(grants(what, "audience"), false);
  }
});

test("whatever is not exactly a choice is no choice", () => {
  const [name, value] = cookie.split("=");
  const broken = ["", value.slice(1), `2${value.slice(1)}`, value.replace(":1", ":2"), `${value}.`,
    value.replace("0123", "01-3"), value.replace("0123", "012"), value.replace("17900", "x7900"),
    value.split(".audience")[0], `${value} `, `"${value}"`, `${value}.more:1`];
  for (const text of broken) assert.equal(findChoice(`${name}=${text}`, config), null, text);
  assert.equal(findChoice(`not_${cookie}`, config), null);
});

test("no other purpose than those said is granted, nor by a part of its name", () => {
  for (const code of ["", "ad", "s", "ads:1", "toString", "constructor", "audience"]) {
    assert.equal(grants(said, code), false, code);
  }
  assert.equal(grants("", "ads"), false);
});

test("a choice answers only what was asked, and all purposes of today", () => {
  assert.ok(findChoice(cookie, config));
  assert.equal(findChoice(cookie, { ...config, material: "8f2c1f6d" }), null);
  for (const asked of [[...codes, "video"], ["audience"]]) {
    assert.equal(findChoice(cookie, { ...config, codes: asked }), null);
  }
  // In which order they stand is no other question.
  assert.ok(findChoice(cookie, { ...config, codes: ["ads", "audience"] }));
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
  const kinds = { analytics_storage: [0], ad_storage: [1, 2], ad_user_data: [] };
  const asked = { codes: [...codes, "x"], signals: kinds };
  const before = signals(asked, () => false);
  assert.deepEqual(before, {
    security_storage: "granted", analytics_storage: "denied", ad_storage: "denied", ad_user_data: "denied",
  });
  const after = signals(asked, (code) => code === "ads");
  assert.deepEqual(after, { ...before, ad_storage: "granted" });
});
