// The adapter for the IAB's framework: off without a registered CMP, honest with one.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

globalThis.self = globalThis;
const { startTcf } = await import("../../static/consent-banner/src/tcf.js");

const registered = { cmpId: 300, cmpVersion: 1, gvlVersion: 90, encode: (now) => (now ? "TC" : "") };
let choice;
let hear;
const banner = { get: () => choice, on: (name, act) => { hear = act; } };

beforeEach(() => {
  choice = undefined;
  delete globalThis.__tcfapi;
});

test("nothing answers for a CMP that is not registered, or cannot encode", () => {
  for (const cmpId of [undefined, null, 0, 1, -3, 2.5, 4096, "300"]) {
    assert.throws(() => startTcf({ ...registered, cmpId }, banner), /registered CMP/);
  }
  assert.throws(() => startTcf({ ...registered, encode: undefined }, banner), /encodes/);
  assert.equal(globalThis.__tcfapi, undefined);
});

test("another CMP on the page is left alone", () => {
  const other = (globalThis.__tcfapi = () => {});
  assert.throws(() => startTcf(registered, banner), /another CMP/);
  assert.equal(globalThis.__tcfapi, other);
});

test("listeners hear the state at once, each choice, and nothing after they left", () => {
  startTcf(registered, banner);
  const heard = [];
  globalThis.__tcfapi("addEventListener", 2, (data) => heard.push([data.eventStatus, data.tcString]));
  choice = { answers: {} };
  hear();
  let gone;
  globalThis.__tcfapi("removeEventListener", 2, (done) => { gone = done; }, 1);
  hear();
  assert.deepEqual(heard, [["cmpuishown", ""], ["useractioncomplete", "TC"]]);
  assert.equal(gone, true);
  globalThis.__tcfapi("ping", 2, (told) => assert.equal(told.cmpId, 300));
  globalThis.__tcfapi("unknown", 2, (data, good) => assert.deepEqual([data, good], [null, false]));
});
