// What the grid changes: values, ranges, whole columns, rows left out. Shown at once, saved by the server, told to the status.

import { askFix } from "./fix.js";
import { FIRST, HEADER, OUTCOME, inFile, over } from "./places.js";
import { countedProblems, gettext, ngettext } from "../texts.js";

const MOST_SHOWN_AT_ONCE = 5_000; // cells that are shown before they are saved
const MOST_COPIED = 20_000; // rows
const TOLD = {
  paste: (count) => ngettext("{count} cell pasted", "{count} cells pasted", count),
  clear: (count) => ngettext("{count} cell cleared", "{count} cells cleared", count),
  cut: (count) => ngettext("{count} cell cut", "{count} cells cut", count),
  fill: (count) => ngettext("{count} cell filled", "{count} cells filled", count),
  save: (count) => ngettext("{count} cell saved", "{count} cells saved", count),
};

const refused = (sentence) => Object.assign(new Error(sentence), { status: 422 });

export class Edits {
  constructor(data, view, status) {
    Object.assign(this, { data, view, status });
  }

  // Save and tell what came of it.
  async save(cells, body) {
    try {
      const { done } = await this.data.save(cells, body);
      const count = body.block ? body.block.values.length * body.block.values[0].length : done?.count ?? 0;
      const told = (TOLD[body.how] ?? TOLD.save)(count);
      // Translators: "3 cells pasted, 1 problem."
      this.status.announce(done?.problems ? gettext("{done}, {problems}.", { done: told, problems: countedProblems(done.problems) }) : gettext("{done}.", { done: told }));
    } catch (error) { this.status.failed(error); }
  }

  // Undo or redo one step.
  async undo(op) {
    try {
      const { done } = await this.data.op({ op });
      const isUndo = op === "undo";
      if (done) this.status.announce(isUndo ? gettext("Undone: {step}", { step: done.label }) : gettext("Done again: {step}", { step: done.label }));
      else this.status.announce(isUndo ? gettext("There is nothing to undo.") : gettext("There is nothing to redo."));
      if (done) this.show(done);
    } catch (error) { this.status.failed(error); }
  }

  // Go to the first cell of a step, if its row is in the list.
  show({ offset, header }) {
    if (offset === null || offset === undefined) return;
    const column = this.data.columns.findIndex((each) => each.header === header);
    this.view.go(offset, column < 0 ? OUTCOME : column + FIRST, { focus: this.view.hasFocus });
  }

  // The cells of the file in the range, or null.
  get span() { return inFile(this.view.range); }

  // Cells of a range that are in hand, to be shown before they are saved.
  shown({ top, bottom, left, right }, valueAt) {
    if ((bottom - top + 1) * (right - left + 1) > MOST_SHOWN_AT_ONCE) return [];
    const cells = [];
    for (let offset = top; offset <= bottom; offset += 1) {
      const row = this.data.row(offset);
      for (let column = left; row && column <= right; column += 1) {
        const value = valueAt(offset - top, column - left);
        if (this.data.value(row, column) !== value) cells.push([row.n, column, value]);
      }
    }
    return cells;
  }

  // One value in every cell of the range.
  set(value, how) {
    const span = this.span;
    if (!span || this.view.active.row === HEADER) return;
    const cells = this.shown(span, () => value);
    this.save(cells, { part: "ops", method: "POST", op: "set", rows: [span.top, span.bottom], columns: [span.left, span.right], value, how });
  }

  // A block of values from the active cell on; nothing of it where it does not fit.
  paste(values) {
    const span = this.span ?? { top: this.view.range.top, left: 0 };
    if (this.view.active.row === HEADER) return;
    if (values.length === 1 && values[0].length === 1 && this.span) { this.set(values[0][0], "paste"); return; }
    const { rows, columns } = over(values, span, { rows: this.data.total, columns: this.data.columns.length });
    if (rows || columns) {
      this.status.failed(refused(rows
        ? ngettext("{count} row would not fit below the last one. Nothing was pasted.", "{count} rows would not fit below the last one. Nothing was pasted.", rows)
        : ngettext("{count} column would not fit right of the last one. Nothing was pasted.", "{count} columns would not fit right of the last one. Nothing was pasted.", columns)));
      return;
    }
    const block = { top: span.top, bottom: span.top + values.length - 1, left: span.left, right: span.left + values[0].length - 1 };
    const cells = this.shown(block, (down, right) => values[down][right]);
    this.save(cells, { part: "cells", block: { offset: span.top, column: span.left, values }, how: "paste" });
    this.view.anchor = { row: block.bottom, column: block.right + FIRST };
    this.view.go(block.top, block.left + FIRST, { extend: true });
  }

  // What is copied: at once when the rows are in hand, else when they have been fetched.
  values() {
    const span = this.span, { top, bottom } = this.view.range;
    if (this.view.active.row === HEADER) return [this.data.columns.map((column) => column.header)];
    const cellsOf = (row) => (span ? this.data.columns.slice(span.left, span.right + 1).map((_, place) => this.data.value(row, span.left + place)) : [String(row.n)]);
    const tell = (values) => { this.status.announce(ngettext("{count} cell copied.", "{count} cells copied.", values.length * values[0].length)); return values; };
    if (bottom - top + 1 > MOST_COPIED) this.status.failed(refused(ngettext("Copy at most {count} row at a time.", "Copy at most {count} rows at a time.", MOST_COPIED)));
    const last = Math.min(bottom, top + MOST_COPIED - 1);
    if (this.data.has(top, last)) return tell(Array.from({ length: last - top + 1 }, (_, step) => cellsOf(this.data.row(top + step))));
    return this.data.range(top, last).then((rows) => tell(rows.map(cellsOf)));
  }

  // Ask about a fix for many rows, then do it as one step.
  async fix(asked) {
    try {
      const answer = await askFix(this.data, asked);
      if (answer?.done) this.status.announce(ngettext("{step}: {count} change.", "{step}: {count} changes.", answer.done.count, { step: answer.done.label }));
      if (answer) this.view.focus();
    } catch (error) { this.status.failed(error); }
  }

  // Leave the rows of the range out, or take them in again.
  async leaveOut(out) {
    const { top, bottom } = this.view.range;
    try {
      const { done } = await this.data.op({ op: "leave-out", rows: [top, bottom], out });
      if (done) this.status.announce(done.label);
    } catch (error) { this.status.failed(error); }
  }

  // Send again what was not saved; where everything is, look what the server has.
  async retry() {
    this.status.notices.replaceChildren();
    try {
      if (this.data.failed.length) await this.data.retry(); else await this.data.refresh();
      this.view.later();
    } catch (error) { this.status.failed(error); }
  }
}
