// Where keys go, and what a range is.

import assert from "node:assert/strict";
import test from "node:test";

import { FIRST, HEADER, ROW_NUMBER, between, clamp, destination, inFile, over } from "../../muster/static/js/grid/places.js";

const view = { lastRow: 99, lastColumn: 8, page: 20 };
const at = (row, column) => ({ row, column });
const key = (name, more = {}) => ({ key: name, ...more });

test("arrows go one cell, with Ctrl or Command to the edge", () => {
  assert.deepEqual(destination(key("ArrowDown"), at(5, 3), view), [6, 3]);
  assert.deepEqual(destination(key("ArrowLeft"), at(5, 3), view), [5, 2]);
  assert.deepEqual(destination(key("ArrowUp", { ctrlKey: true }), at(5, 3), view), [0, 3]);
  assert.deepEqual(destination(key("ArrowDown", { metaKey: true }), at(5, 3), view), [99, 3]);
  assert.deepEqual(destination(key("ArrowLeft", { ctrlKey: true }), at(5, 6), view), [5, FIRST]);
  assert.deepEqual(destination(key("ArrowRight", { ctrlKey: true }), at(5, 3), view), [5, 8]);
});

test("one step up from the first row leads to the headers", () => {
  assert.deepEqual(destination(key("ArrowUp"), at(0, 3), view), [HEADER, 3]);
});

test("Home and End stay in the row, with Ctrl they go to the first and the last cell", () => {
  assert.deepEqual(destination(key("Home"), at(5, 6), view), [5, FIRST]);
  assert.deepEqual(destination(key("End"), at(5, 6), view), [5, 8]);
  assert.deepEqual(destination(key("Home", { ctrlKey: true }), at(5, 6), view), [0, FIRST]);
  assert.deepEqual(destination(key("End", { ctrlKey: true }), at(5, 6), view), [99, 8]);
});

test("a page ends at the first and the last row", () => {
  assert.deepEqual(destination(key("PageDown"), at(5, 3), view), [25, 3]);
  assert.deepEqual(destination(key("PageDown"), at(90, 3), view), [99, 3]);
  assert.deepEqual(destination(key("PageUp"), at(5, 3), view), [0, 3]);
});

test("where columns go from right to left, the arrows follow what is seen", () => {
  const arabic = { ...view, way: -1 };
  assert.deepEqual(destination(key("ArrowLeft"), at(5, 3), arabic), [5, 4]);
  assert.deepEqual(destination(key("ArrowRight"), at(5, 4), arabic), [5, 3]);
  assert.deepEqual(destination(key("ArrowDown"), at(5, 3), arabic), [6, 3]);
});

test("other keys go nowhere", () => {
  for (const name of ["a", "Enter", "Tab", "F2", "toString"]) assert.equal(destination(key(name), at(5, 3), view), null);
});

test("a range is the same from either of its corners", () => {
  const range = { top: 2, bottom: 5, left: 3, right: 6, rows: 4, columns: 4 };
  assert.deepEqual(between(at(2, 3), at(5, 6)), range);
  assert.deepEqual(between(at(5, 6), at(2, 3)), range);
  assert.deepEqual(between(at(5, 3), at(2, 6)), range);
});

test("a range from the headers begins at the first row", () => {
  assert.deepEqual(between(at(HEADER, 3), at(4, 3)), { top: 0, bottom: 4, left: 3, right: 3, rows: 5, columns: 1 });
});

test("the columns of the file in a range are counted from its first", () => {
  assert.deepEqual(inFile(between(at(1, ROW_NUMBER), at(2, 4))), { top: 1, bottom: 2, left: 0, right: 2 });
  assert.deepEqual(inFile(between(at(1, 3), at(1, 3))), { top: 1, bottom: 1, left: 1, right: 1 });
  assert.equal(inFile(between(at(1, ROW_NUMBER), at(2, ROW_NUMBER))), null);
});

test("a block that does not fit says by how much", () => {
  const block = [["a", "b"], ["c", "d"], ["e", "f"]];
  assert.deepEqual(over(block, { top: 97, left: 5 }, { rows: 100, columns: 7 }), { rows: 0, columns: 0 });
  assert.deepEqual(over(block, { top: 98, left: 6 }, { rows: 100, columns: 7 }), { rows: 1, columns: 1 });
});

test("a value stays between its limits", () => {
  assert.deepEqual([-5, 3, 50].map((value) => clamp(value, 0, 9)), [0, 3, 9]);
});
