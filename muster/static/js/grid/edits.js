// What the grid changes: values, ranges, whole columns, rows left out. Shown at once, saved by the server, told to the status.

import { many, number } from "./dom.js";
import { askFix } from "./fix.js";
import { FIRST, HEADER, OUTCOME, inFile, over } from "./places.js";

const MOST_SHOWN_AT_ONCE = 5_000; // cells that are shown before they are saved
const MOST_COPIED = 20_000; // rows
const WORDS = { paste: "pasted", clear: "cleared", cut: "cut", fill: "filled" };

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
      this.status.announce(`${many(count, "cell")} ${WORDS[body.how] ?? "saved"}${done?.problems ? `, ${many(done.problems, "problem")}` : ""}.`);
    } catch (error) { this.status.failed(error); }
  }

  // Undo or redo one step.
  async undo(op) {
    try {
      const { done } = await this.data.op({ op });
      this.status.announce(done ? `${op === "undo" ? "Undone" : "Done again"}: ${done.label}` : `There is nothing to ${op}.`);
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
      const what = rows ? `${many(rows, "row")} would not fit below the last one.` : `${many(columns, "column")} would not fit right of the last one.`;
      this.status.failed(refused(`${what} Nothing was pasted.`));
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
    const tell = (values) => { this.status.announce(`${many(values.length * values[0].length, "cell")} copied.`); return values; };
    if (bottom - top + 1 > MOST_COPIED) this.status.failed(refused(`Copy at most ${number.format(MOST_COPIED)} rows at a time.`));
    const last = Math.min(bottom, top + MOST_COPIED - 1);
    if (this.data.has(top, last)) return tell(Array.from({ length: last - top + 1 }, (_, step) => cellsOf(this.data.row(top + step))));
    return this.data.range(top, last).then((rows) => tell(rows.map(cellsOf)));
  }

  // Ask about a fix for many rows, then do it as one step.
  async fix(asked) {
    try {
      const answer = await askFix(this.data, asked);
      if (answer?.done) this.status.announce(`${answer.done.label}: ${many(answer.done.count, "change")}.`);
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
