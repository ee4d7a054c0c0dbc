// Which rows are in hand, and which are asked for.

import assert from "node:assert/strict";
import test from "node:test";

import { BLOCK, BlockWindow, isOlder } from "../../muster/static/js/grid/block-window.js";

const TOTAL = 100_000;
const rowsOf = (block) => Array.from({ length: BLOCK }, (_, place) => ({ n: block * BLOCK + place + 2 }));

function windowOf(...blocks) {
  const made = new BlockWindow();
  for (const block of blocks) made.keep(block, rowsOf(block));
  return made;
}

const missing = (window, first, last, total = TOTAL) => [...window.missing(first, last, total)];

test("rows in sight that are not in hand are asked for, block by block", () => {
  assert.deepEqual(missing(windowOf(), 0, 40), [0]);
  assert.deepEqual(missing(windowOf(1), 95, 305), [0, 2, 3]);
  assert.deepEqual(missing(windowOf(0), 0, 99), []);
});

test("nothing is asked for below the last row, or in an empty list", () => {
  assert.deepEqual(missing(windowOf(), 0, 500, 120), [0, 1]);
  assert.deepEqual(missing(windowOf(), 0, 10, 0), []);
});

test("a row is found where it is in the list", () => {
  assert.equal(windowOf(3).row(350).n, 352);
  assert.equal(windowOf(3).row(400), undefined);
});

test("twenty blocks are kept: the one that was not used for longest goes", () => {
  const window = windowOf(...Array(20).keys());
  missing(window, 0, 50); // block 0 is seen again
  window.keep(20, rowsOf(20));
  assert.deepEqual([window.has(0), window.has(1), window.has(2), window.has(20)], [true, false, true, true]);
});

test("the block with the focus is never forgotten, and is asked for where it is not in hand", () => {
  const window = windowOf(0);
  window.hold(42);
  for (let block = 1; block <= 60; block += 1) window.keep(block, rowsOf(block));
  assert.equal(window.row(42).n, 44);
  window.clear();
  assert.deepEqual(missing(window, 5000, 5010), [0, 50]);
  assert.deepEqual(missing(window, 0, 0, 0), []);
});

test("rows that come back changed take the place of those with their numbers, wherever they are", () => {
  const window = windowOf(0, 1);
  window.replace([{ n: 4, fresh: true }, { n: 103, fresh: true }, { n: 999_999 }]);
  assert.deepEqual([window.row(2), window.row(101)], [{ n: 4, fresh: true }, { n: 103, fresh: true }]);
  assert.equal(window.row(3).n, 5);
});

test("an answer from before the last step is older, one of another version is not compared", () => {
  assert.equal(isOlder("v1-4", "v1-5"), true);
  assert.equal(isOlder("v1-5", "v1-5"), false);
  assert.equal(isOlder("v1-10", "v1-9"), false);
  assert.equal(isOlder("v2-1", "v1-9"), false);
});
