// The grid on the Review page: takes the place of the table where there is room for one. Phones keep the cards.

import { FIRST, HEADER, OUTCOME, ROW_NUMBER, messageOf } from "./cells.js";
import { Clipboard } from "./clipboard.js";
import { Data } from "./data.js";
import { button, dialog, icon, make, many, number } from "./dom.js";
import { Editor } from "./editor.js";
import { Find } from "./find.js";
import { askFix } from "./fix.js";
import { KEYS, Keys } from "./keys.js";
import { showMenu } from "./menu.js";
import { Mouse } from "./mouse.js";
import { Page } from "./page.js";
import { View } from "./view.js";

const LEFT_OUT = "left-out";
const MOST_SHOWN_AT_ONCE = 5_000; // cells that are shown before they are saved
const MOST_COPIED = 20_000; // rows
const LOOK_AGAIN_MS = 20_000;
const MAPPED = ["opt_out", "yes_no", "choice", "staff"];

class Grid {
  constructor(place) {
    const { importGrid, show, code, field, list } = place.dataset;
    this.data = new Data(importGrid, { show, code, field }, list);
    this.view = new View(this.data, "rows-title");
    this.editor = new Editor(this.view, this.data, (cells, how) => this.save(cells, { part: "cells", cells, ...how }));
    this.find = new Find(this.view, this.data, { fix: (asked) => this.fix(asked), failed: (error) => this.failed(error) });
    this.page = new Page(this.data, {
      press: (filter, options) => this.press(filter, options), find: () => this.find.open(), fix: (asked) => this.fix(asked), undo: () => this.undo("undo"), redo: () => this.undo("redo"),
    });
    this.wire();
    this.draw(place);
  }

  wire() {
    const does = {
      selectAll: () => { this.view.anchor = { row: this.view.lastRow, column: this.view.lastColumn }; this.view.go(0, FIRST, { extend: true }); },
      undo: () => this.undo("undo"), redo: () => this.undo("redo"), find: () => this.find.open(), clear: () => this.set("", "clear"),
      nextProblem: (back) => this.nextProblem(back), menu: () => this.menu(), help: () => this.help(), cannotEdit: () => this.cannotEdit(),
      values: () => this.values(), cut: () => this.set("", "cut"), paste: (values) => this.paste(values),
      nothingToPaste: () => this.announce("There is no text on the clipboard."), notCopied: () => this.announce("This could not be copied."),
    };
    new Keys(this.view, this.editor, does);
    new Mouse(this.view, this.editor, does);
    new Clipboard(this.view, this.editor, does);
    this.data.addEventListener("rows", () => { this.view.begin(); this.view.draw(); this.describe(); });
    this.data.addEventListener("moved", () => this.describe());
    this.data.addEventListener("change", (event) => this.changed(event.detail));
    this.data.addEventListener("failed", (event) => this.failed(event.detail));
    this.data.addEventListener("stale", () => window.location.reload());
    this.data.addEventListener("pressed", () => { this.view.reset(); this.changed({}); });
  }

  draw(place) {
    this.message = make("div", { class: "grid-message" });
    const jump = (name, words, back) => make("button", { type: "button", class: "button small", "aria-label": words, title: words, onclick: () => this.nextProblem(back) }, icon(name));
    this.jumps = make("div", { class: "grid-jumps" }, jump("left", "Previous problem (Shift + F8)", true), jump("right", "Next problem (F8)", false),
      make("button", { type: "button", class: "button small", "aria-label": "Keys of the grid", title: "Keys of the grid (?)", text: "?", onclick: () => this.help() }));
    this.notices = make("div", { class: "grid-notices" });
    this.empty = make("div", { class: "empty", hidden: true });
    this.listed = make("span", { class: "grid-listed" });
    this.chosen = make("span", { class: "muted" });
    this.saved = make("span", { class: "grid-saved" });
    this.live = make("div", { class: "visually-hidden", role: "status" });
    const bar = make("div", { class: "grid-bar" }, this.message, this.jumps), foot = make("div", { class: "grid-foot" }, this.listed, this.chosen, this.saved);
    place.replaceChildren(bar, this.find.form, this.notices, this.view.scroller, this.empty, foot, this.live, this.view.notes);
    for (const part of [bar, this.find.form, this.notices, foot]) this.view.shape.observe(part);
  }

  async start() {
    try {
      await this.data.start();
    } catch (error) { this.failed(error); return; }
    this.page.address(this.data.filter, { isFirst: true });
    setInterval(() => this.lookAgain(), LOOK_AGAIN_MS);
    window.addEventListener("focus", () => this.lookAgain());
    window.addEventListener("beforeunload", (event) => { if (this.data.waiting || this.data.failed.length) event.preventDefault(); });
  }

  // Somebody else may have changed the draft.
  lookAgain() {
    if (document.visibilityState !== "visible" || this.editor.isOpen || this.data.failed.length) return;
    this.data.refresh().catch((error) => this.failed(error));
  }

  announce(text) {
    this.live.textContent = "";
    requestAnimationFrame(() => { this.live.textContent = text; });
  }

  changed({ others } = {}) {
    if (!this.data.state) return;
    if (!this.view.widths) this.view.layOut();
    this.view.draw();
    this.page.update();
    this.describe();
    this.drawFoot();
    if (others) this.notice("warning", others.length ? `${others.join(" and ")} changed this draft too. Their edits are shown here.` : "This draft was also changed in another window. The changes are shown here.");
  }

  drawFoot() {
    const { list } = this.data.state;
    const again = button("Refresh list", () => this.press(this.data.filter));
    const parts = [];
    if (list.gone) parts.push(`${number.format(list.total - list.gone)} left. ${many(list.gone, list.show === "problems" ? "fixed row" : "changed row")} still shown.`);
    if (list.joined) parts.push(`${many(list.joined, "row")} not shown yet.`);
    this.listed.replaceChildren(...(parts.length ? [`${parts.join(" ")} `, again] : []));
    const unsaved = this.data.failed.length;
    this.saved.replaceChildren(unsaved ? make("span", { class: "grid-unsaved", text: "Not saved. " }) : this.data.waiting ? "Saving…" : this.data.state.undo ? "Saved" : "", unsaved ? button("Retry", () => this.retry()) : "");
    const none = !this.data.total;
    this.view.scroller.hidden = none;
    this.empty.hidden = !none;
    if (none) this.empty.replaceChildren(icon("done"), make("h2", { text: "No rows here" }), make("p", { text: list.show === "problems" ? "Every row can be imported." : "No row of the file comes out like this." }), button("Show all rows", () => this.press({ show: "all", code: "", field: "" }), ""));
  }

  // The bar above the grid says what there is to say of the active cell.
  describe() {
    const { row, column } = this.view.active;
    const { rows, columns } = this.view.range;
    this.chosen.textContent = rows * columns > 1 && row !== HEADER ? `${many(rows, "row")} × ${many(columns, "column")} selected` : "";
    const its = this.data.row(row), header = column < FIRST ? "" : this.data.columns[column - FIRST]?.header;
    const where = row === HEADER ? header || "Columns" : its ? `Row ${number.format(its.n)}${header ? ` · ${header}` : ""}` : "";
    const parts = [make("strong", { dir: "auto", text: where })];
    const message = its && messageOf(its, column);
    const pending = its && this.data.pending.get(`${its.n}:${column - FIRST}`);
    if (pending?.state === "failed") parts.push(make("span", { class: "problem", text: "Not saved." }), button("Retry", () => this.retry()));
    else if (message) parts.push(icon(message.level === "problem" ? "problem" : message.level === "warning" ? "warning" : "info"), make("span", {}, message.field ? make("b", { text: `${message.field} ` }) : "", message.text, message.fix ? make("span", { class: "muted", text: ` ${message.fix}` }) : ""));
    else if (its && column >= FIRST) parts.push(...this.tellValue(its, column - FIRST));
    if (its?.s === LEFT_OUT) parts.push(button("Restore", () => this.leaveOut(false)));
    this.message.className = `grid-message ${message?.level ?? ""}`;
    this.message.replaceChildren(...parts);
  }

  tellValue(row, column) {
    const change = row.b?.[column], value = this.data.value(row, column), its = this.data.columns[column];
    if (change?.[2] === "inferred") return [make("span", {}, "Inferred from the WhatsApp number: ", make("bdi", { text: change[1] }))];
    if (change) return [make("span", {}, "Stored: ", make("bdi", { text: change[0] || "blank" }), ". Becomes: ", make("bdi", { text: change[1] || "blank" }), ".")];
    return [make("span", { class: "muted" }, make("bdi", { text: value || "blank" }), its.field ? "" : " (not imported)")];
  }

  notice(level, text, ...actions) {
    const close = make("button", { type: "button", class: "button small quiet", "aria-label": "Close this notice", onclick: () => { made.remove(); this.view.focus(); } }, icon("cross"));
    const made = make("div", { class: `notice ${level} grid-notice`, role: "status" }, icon(level === "problem" ? "problem" : "warning"), make("p", { text }), make("div", { class: "cluster" }, ...actions, close));
    this.notices.replaceChildren(made);
  }

  failed(error) {
    if (error.name === "AbortError") return;
    if ([401, 403].includes(error.status)) this.notice("problem", `${error.status === 401 ? "You were signed out." : "You were signed out, or are no longer an Admin."} Sign in again in another tab, then press Retry. Nothing you typed is lost.`, make("a", { class: "button small", href: "/", target: "_blank", rel: "noopener", text: "Sign in" }), button("Retry", () => this.retry()));
    else if (error.reload) this.notice("problem", error.message, button("Load again", () => window.location.reload()));
    else if (error.status) this.notice("problem", error.message);
    else this.notice("problem", "The server could not be reached. What you typed is kept here.", button("Retry", () => this.retry()));
    this.announce(this.notices.textContent);
  }

  async retry() {
    this.notices.replaceChildren();
    try {
      if (this.data.failed.length) await this.data.retry(); else await this.data.refresh();
      this.view.later();
    } catch (error) { this.failed(error); }
  }

  async press(filter, { keepsAddress = false, focus = this.view.hasFocus } = {}) {
    try {
      await this.data.press(filter);
      if (!keepsAddress) this.page.address(filter);
      this.announce(`${this.data.state.list.title}: ${many(this.data.total, "row")}`);
      if (focus) this.view.focus();
    } catch (error) { this.failed(error); }
  }

  // Save and tell what came of it.
  async save(cells, body) {
    try {
      const { done } = await this.data.save(cells, body);
      const count = body.block ? body.block.values.length * body.block.values[0].length : done?.count ?? 0;
      const word = { paste: "pasted", clear: "cleared", cut: "cut", fill: "filled" }[body.how] ?? "saved";
      this.announce(`${many(count, "cell")} ${word}${done?.problems ? `, ${many(done.problems, "problem")}` : ""}.`);
    } catch (error) { this.failed(error); }
  }

  async undo(op) {
    if (this.editor.isOpen) this.editor.commit();
    try {
      const { done } = await this.data.op({ op });
      this.announce(done ? `${op === "undo" ? "Undone" : "Done again"}: ${done.label}` : `There is nothing to ${op}.`);
      if (done) this.show(done);
    } catch (error) { this.failed(error); }
  }

  // Go to the first cell of a step, if its row is in the list.
  show({ offset, header }) {
    if (offset === null || offset === undefined) return;
    const column = this.data.columns.findIndex((each) => each.header === header);
    this.view.go(offset, column < 0 ? OUTCOME : column + FIRST, { focus: this.view.hasFocus });
  }

  // The columns of the file in the range.
  span() {
    const { top, bottom, left, right } = this.view.range;
    return right < FIRST ? null : { top, bottom, left: Math.max(left, FIRST) - FIRST, right: right - FIRST };
  }

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

  set(value, how) {
    const span = this.span();
    if (!span || this.view.active.row === HEADER) return;
    const cells = this.shown(span, () => value);
    this.save(cells, { part: "ops", method: "POST", op: "set", rows: [span.top, span.bottom], columns: [span.left, span.right], value, how });
  }

  paste(values) {
    const span = this.span() ?? { top: this.view.range.top, left: 0 };
    if (this.view.active.row === HEADER) return;
    if (values.length === 1 && values[0].length === 1 && this.span()) { this.set(values[0][0], "paste"); return; }
    const over = span.top + values.length - this.data.total, wide = span.left + values[0].length - this.data.columns.length;
    if (over > 0 || wide > 0) {
      const what = over > 0 ? `${many(over, "row")} would not fit below the last one.` : `${many(wide, "column")} would not fit right of the last one.`;
      this.failed(Object.assign(new Error(`${what} Nothing was pasted.`), { status: 422 }));
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
    const span = this.span(), { top, bottom } = this.view.range;
    if (this.view.active.row === HEADER) return [this.data.columns.map((column) => column.header)];
    const cellsOf = (row) => (span ? this.data.columns.slice(span.left, span.right + 1).map((_, place) => this.data.value(row, span.left + place)) : [String(row.n)]);
    const tell = (values) => { this.announce(`${many(values.length * values[0].length, "cell")} copied.`); return values; };
    if (bottom - top + 1 > MOST_COPIED) this.failed(Object.assign(new Error(`Copy at most ${number.format(MOST_COPIED)} rows at a time.`), { status: 422 }));
    const last = Math.min(bottom, top + MOST_COPIED - 1);
    if (this.data.has(top, last)) return tell(Array.from({ length: last - top + 1 }, (_, step) => cellsOf(this.data.row(top + step))));
    return this.data.range(top, last).then((rows) => tell(rows.map(cellsOf)));
  }

  async nextProblem(back) {
    const { row, column } = this.view.active;
    const from = row === HEADER ? {} : { offset: row, ...(column < FIRST ? {} : { column: column - FIRST }) };
    try {
      const found = await this.data.ask("next", { query: this.data.query({ ...from, ...(back ? { back: 1 } : {}) }) });
      if (found.row === null) { this.announce("There is no row with a problem."); return; }
      const isListed = found.offset !== null;
      if (!isListed) await this.press({ show: "all", code: "", field: "" });
      this.view.go(isListed ? found.offset : found.place, found.column < 0 ? OUTCOME : found.column + FIRST);
    } catch (error) { this.failed(error); }
  }

  cannotEdit() {
    const its = this.data.row(this.view.active.row);
    this.announce(its?.s === LEFT_OUT ? "This row is left out. Restore it first." : "This column can't be edited: its header is there twice.");
  }

  async fix(asked) {
    try {
      const answer = await askFix(this.data, asked);
      if (answer?.done) this.announce(`${answer.done.label}: ${many(answer.done.count, "change")}.`);
      if (answer) this.view.focus();
    } catch (error) { this.failed(error); }
  }

  async leaveOut(out) {
    const { top, bottom } = this.view.range;
    try {
      const { done } = await this.data.op({ op: "leave-out", rows: [top, bottom], out });
      if (done) this.announce(done.label);
    } catch (error) { this.failed(error); }
  }

  menu() {
    const { row, column } = this.view.active;
    const isColumn = row === HEADER && column >= FIRST;
    if (row === HEADER && !isColumn) return;
    const label = isColumn ? this.data.columns[column - FIRST].header : "Rows";
    showMenu(label, isColumn ? this.columnItems(column - FIRST) : this.rowItems(), this.view.element(), () => this.view.focus());
  }

  columnItems(place) {
    const { header, kind, problems, answered, field } = this.data.columns[place];
    const { filter } = this.data;
    const fix = (name) => () => this.fix({ fix: name, header, filter, typed: {}, asks: true });
    const drop = answered && field ? "Remembered for the next file" : field ? "The header is a field's own name" : "It is not imported";
    return [
      { text: "Fill blanks…", does: fix("fill") },
      { text: "Find and replace…", does: () => this.find.open(place) },
      { text: "Trim spaces…", does: fix("trim") },
      ...(MAPPED.includes(kind) ? [{ text: "Map values…", does: fix("map") }] : []),
      null,
      { text: "Show problems", hint: problems ? many(problems, "row") : "There are none", off: !problems, does: () => this.press({ show: "problems", code: "", field }, { focus: true }) },
      { text: "Don't import this column", hint: drop, off: !(answered && field), does: () => this.dropColumn(header) },
    ];
  }

  dropColumn(header) {
    const form = make("form", { method: "post", action: `${window.location.pathname}columns`, hidden: true });
    const values = { csrfmiddlewaretoken: document.querySelector("input[name=csrfmiddlewaretoken]").value, [`column:${header}`]: "-" };
    form.append(...Object.entries(values).map(([name, value]) => make("input", { type: "hidden", name, value })));
    document.body.append(form);
    form.requestSubmit();
  }

  rowItems() {
    const { top, bottom } = this.view.range;
    const rows = bottom > top ? "these rows" : "this row";
    const isOut = this.data.row(this.view.active.row)?.s === LEFT_OUT;
    const isCell = this.view.active.column >= FIRST;
    return [
      ...(isCell ? [{ text: "Edit", hint: "Enter", does: () => { if (!this.editor.open()) this.cannotEdit(); } }, { text: "Clear", hint: "Delete", does: () => this.set("", "clear") }, null] : []),
      isOut ? { text: `Restore ${rows}`, does: () => this.leaveOut(false) } : { text: `Leave ${rows} out`, hint: "You can restore at any time", does: () => this.leaveOut(true) },
      { text: "Next problem", hint: "F8", does: () => this.nextProblem(false) },
    ];
  }

  help() {
    const lines = KEYS.flatMap(([keys, what]) => [make("dt", {}, make("kbd", { text: keys })), make("dd", { text: what })]);
    const shown = dialog("Keys of the grid", make("dl", { class: "grid-keys" }, ...lines), make("div", { class: "form-actions" }, button("Close", () => shown.close(), "primary")));
    shown.querySelector("button").focus();
  }
}

const place = document.querySelector("[data-import-grid]");
const isWide = window.matchMedia("(min-width: 700px)");
isWide.addEventListener("change", () => window.location.reload());
if (place && isWide.matches) new Grid(place).start();
