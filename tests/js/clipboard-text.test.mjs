// Text that goes to spreadsheets and comes from them.

import assert from "node:assert/strict";
import test from "node:test";

import { format, parse, safe, square } from "../../muster/static/js/grid/clipboard-text.js";

test("cells are parted by tabs and rows by line breaks, the last of which is no row", () => {
  assert.deepEqual(parse("a\tb\nc\td\n"), [["a", "b"], ["c", "d"]]);
  assert.deepEqual(parse("a\tb\r\nc\td\r\n"), [["a", "b"], ["c", "d"]]);
  assert.deepEqual(parse("a\rb"), [["a"], ["b"]]);
});

test("one cell is one cell, and blank cells are cells", () => {
  assert.deepEqual(parse("x"), [["x"]]);
  assert.deepEqual(parse(""), [[""]]);
  assert.deepEqual(parse("\t\n\t"), [["", ""], ["", ""]]);
});

test("a cell in quotes holds tabs, line breaks and doubled quotes", () => {
  assert.deepEqual(parse('"a\tb"\t"two\r\nlines"\t"he said ""no"""'), [["a\tb", "two\nlines", 'he said "no"']]);
});

test("quotes that are just text stay", () => {
  assert.deepEqual(parse('"Ann"\t6" high\t"open'), [['"Ann"', '6" high', '"open']]);
});

test("what a spreadsheet would calculate gets an apostrophe, a telephone number does not", () => {
  assert.deepEqual(["=1+1", "@x", "-a", "'=1"].map(safe), ["'=1+1", "'@x", "'-a", "''=1"]);
  const hidden = ["\n=1", "\ufeff=1", " =1", "\u200b@x", "\uff1d1", "\uff0b1+1", "\uff0d1", "\uff20x"];
  assert.deepEqual(hidden.map(safe), hidden.map((text) => `'${text}`));
  const plain = ["+44 1753 495000", " +44 1753 495000", "-12.5", "Ann", " Ann", ""];
  assert.deepEqual(plain.map(safe), plain);
});

test("what is written is read back as it was", () => {
  const values = [["plain", "a\tb", "two\nlines"], ['"quoted"', 'a "b" c', ""], ["'x", " y ", "ß→ل"]];
  assert.deepEqual(parse(format(values)), values);
  assert.equal(format([["=A1", "b"]]), "'=A1\tb");
  assert.equal(format([["=A1", "b"]], (text) => text), "=A1\tb");
});

test("rows are made as long as the longest", () => {
  assert.deepEqual(square([["a"], ["b", "c", "d"], []]), [["a", "", ""], ["b", "c", "d"], ["", "", ""]]);
});
