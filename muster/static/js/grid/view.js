// Draws the rows and columns that can be seen, and one more: the cell that has the focus is never taken away.

import { make } from "./dom.js";
import { fill, fillHeader } from "./cells.js";
import { FIRST, HEADER, ROW_NUMBER, between, clamp } from "./places.js";
import { Widths } from "./widths.js";

const OVERSCAN = 4;
const GAP = 6;

export class View {
  constructor(data, labelledBy) {
    this.data = data;
    this.sizes = new Widths(data);
    this.rowHeight = (window.matchMedia("(pointer: coarse)").matches ? 2.75 : 2) * parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.way = document.documentElement.dir === "rtl" ? -1 : 1; // where the columns go: from right to left, or to the right
    this.rows = new Map(); // row → its element
    this.headers = new Map(); // column → its element
    this.active = { row: HEADER, column: FIRST };
    this.anchor = { row: HEADER, column: FIRST };
    this.head = make("div", { class: "grid-row grid-head", role: "row", "aria-rowindex": 1 });
    this.body = make("div", { class: "grid-body", role: "rowgroup" });
    this.notes = make("div", { hidden: true }); // what is said of cells, for aria-describedby
    this.scroller = make("div", { class: "grid-scroller", role: "grid", "aria-labelledby": labelledBy, "aria-multiselectable": "true", hidden: true },
      make("div", { class: "grid-head-group", role: "rowgroup" }, this.head), this.body);
    this.scroller.addEventListener("scroll", () => this.later(), { passive: true });
    new ResizeObserver(() => this.later()).observe(this.scroller);
    window.addEventListener("resize", () => this.fit());
    this.shape = new ResizeObserver(() => this.fit()); // of what stands above and below
  }

  // Where every column stands, and which of them stay in sight.
  layOut() {
    this.sizedBy = this.data.row(0)?.n;
    this.widths = this.sizes.all();
    this.lefts = [];
    this.width = 0;
    for (const width of this.widths) { this.lefts.push(this.width); this.width += width; }
    this.pinned = this.sizes.pinned(this.widths, this.scroller.closest(".import-grid").clientWidth);
    this.scroller.setAttribute("aria-colcount", String(this.widths.length));
    this.head.style.width = this.body.style.width = `${this.width}px`;
    this.scroller.style.setProperty("--row", `${this.rowHeight}px`);
    for (const header of this.headers.values()) header.remove();
    this.headers.clear();
    for (const [row, drawn] of this.rows) this.drop(row, drawn);
    this.fit();
  }

  // Make a column as wide as this, by hand.
  resize(column, width) {
    this.sizes.set(column, width);
    this.layOut();
    this.draw();
  }

  // As high as the window has room for, down to the bar at its bottom.
  fit() {
    const top = this.scroller.getBoundingClientRect().top + window.scrollY;
    const below = document.querySelector(".bottom-bar").offsetHeight + GAP;
    this.scroller.style.setProperty("--fits", `${Math.floor(window.innerHeight - top - below)}px`);
  }

  get lastRow() { return this.data.total - 1; }
  get lastColumn() { return this.widths.length - 1; }

  // How far the columns are scrolled, counted from the first.
  get scrolled() { return this.scroller.scrollLeft * this.way; }
  set scrolled(far) { this.scroller.scrollLeft = far * this.way; }

  later() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
  }

  // Which rows and columns can be seen; the columns with one more on either side.
  seen() {
    const { scrollTop, clientHeight, clientWidth } = this.scroller, { scrolled } = this;
    const first = Math.max(0, Math.floor(scrollTop / this.rowHeight));
    const last = Math.min(this.lastRow, Math.ceil((scrollTop + clientHeight) / this.rowHeight));
    const left = this.lefts.findIndex((start, column) => start + this.widths[column] > scrolled + this.widths[0]);
    let right = this.lefts.findLastIndex((start) => start < scrolled + clientWidth);
    right = right < 0 ? 0 : right;
    return { first, last, left: Math.max(1, left - 1), right: Math.min(this.lastColumn, right + 1) };
  }

  draw() {
    if (!this.widths) return;
    const { left, right, ...seen } = this.seen();
    const first = Math.max(0, seen.first - OVERSCAN), last = Math.min(this.lastRow, seen.last + OVERSCAN);
    this.data.need(first, last);
    this.body.style.height = `${this.data.total * this.rowHeight}px`;
    this.scroller.setAttribute("aria-rowcount", String(this.data.total + 1));
    const rows = new Set();
    for (let row = first; row <= last; row += 1) rows.add(row);
    if (this.active.row >= 0 && this.active.row <= this.lastRow) rows.add(this.active.row);
    for (const [row, drawn] of this.rows) if (!rows.has(row)) this.drop(row, drawn);
    const columns = [...this.pinned.keys()];
    for (let column = left; column <= right; column += 1) if (!this.pinned.has(column)) columns.push(column);
    this.drawHead(columns);
    for (const row of [...rows].sort((one, other) => one - other)) this.drawRow(row, columns);
    this.mark();
  }

  drawHead(columns) {
    const wanted = new Set(this.active.row === HEADER ? [...columns, this.active.column] : columns);
    for (const [column, header] of this.headers) if (!wanted.has(column)) { header.remove(); this.headers.delete(column); }
    for (const column of wanted) {
      let header = this.headers.get(column);
      if (!header) {
        header = this.cell("columnheader", HEADER, column);
        this.headers.set(column, header);
        this.insert(this.head, header, column);
      }
      fillHeader(header, column, this.data);
    }
  }

  drawRow(row, columns) {
    let drawn = this.rows.get(row);
    if (!drawn) {
      drawn = make("div", { class: "grid-row", role: "row", "aria-rowindex": String(row + 2) });
      drawn.style.top = `${row * this.rowHeight}px`;
      drawn.cells = new Map();
      drawn.notes = make("div");
      this.notes.append(drawn.notes);
      this.rows.set(row, drawn);
      this.body.append(drawn);
    }
    const wanted = new Set(row === this.active.row ? [...columns, this.active.column] : columns);
    for (const [column, cell] of drawn.cells) if (!wanted.has(column) && !cell.contains(document.activeElement)) { cell.remove(); drawn.cells.delete(column); }
    const its = this.data.row(row);
    if (drawn.edition !== this.data.edition) drawn.notes.replaceChildren();
    for (const column of [...wanted].sort((one, other) => one - other)) {
      let cell = drawn.cells.get(column);
      if (!cell) {
        cell = this.cell(column === ROW_NUMBER ? "rowheader" : "gridcell", row, column);
        drawn.cells.set(column, cell);
        this.insert(drawn, cell, column);
      } else if (drawn.edition === this.data.edition || cell.classList.contains("is-editing")) continue;
      fill(cell, its, column, this.data, drawn.notes);
    }
    drawn.classList.toggle("is-left-out", its?.s === "left-out");
    drawn.edition = this.data.edition;
  }

  cell(role, row, column) {
    const made = make("div", { class: "grid-cell", role, "aria-colindex": String(column + 1), tabindex: "-1" });
    if (column === ROW_NUMBER) made.classList.add("is-number");
    if (this.pinned.has(column)) this.pin(made, column);
    else made.style.insetInlineStart = `${this.lefts[column]}px`;
    made.style.width = `${this.widths[column]}px`;
    made.at = { row, column };
    return made;
  }

  // It stands where it would, until the rows are scrolled past it.
  pin(cell, column) {
    const before = Math.max(-1, ...[...this.pinned.keys()].filter((each) => each < column));
    cell.classList.add("is-pinned");
    cell.style.insetInlineStart = `${this.pinned.get(column)}px`;
    cell.style.marginInlineStart = `${this.lefts[column] - (before < 0 ? 0 : this.lefts[before] + this.widths[before])}px`;
  }

  // In the order of the columns, as screen readers go through them.
  insert(row, cell, column) {
    const after = [...row.children].find((other) => other.at.column > column);
    row.insertBefore(cell, after ?? null);
  }

  drop(row, drawn) {
    drawn.notes.remove();
    drawn.remove();
    this.rows.delete(row);
  }

  element({ row, column } = this.active) {
    return row === HEADER ? this.headers.get(column) : this.rows.get(row)?.cells.get(column);
  }

  // The range between the anchor and the active cell.
  get range() { return between(this.anchor, this.active); }

  mark() {
    const { top, bottom, left, right, rows, columns } = this.range;
    const several = rows * columns > 1;
    for (const [row, drawn] of this.rows) {
      for (const [column, cell] of drawn.cells) {
        const isActive = row === this.active.row && column === this.active.column;
        const isIn = row >= top && row <= bottom && column >= left && column <= right;
        cell.classList.toggle("is-active", isActive);
        cell.classList.toggle("is-selected", isIn && several);
        cell.setAttribute("aria-selected", String(isIn));
        cell.tabIndex = isActive ? 0 : -1;
      }
    }
    for (const [column, header] of this.headers) {
      const isActive = this.active.row === HEADER && this.active.column === column;
      header.classList.toggle("is-active", isActive);
      header.tabIndex = isActive ? 0 : -1;
    }
  }

  // Make a cell the active one; `extend` keeps the other end of the range where it is.
  go(row, column, { extend = false, focus = true } = {}) {
    const before = `${this.active.row}:${this.active.column}`;
    this.isFresh = false;
    this.active = { row: clamp(row, HEADER, this.lastRow), column: clamp(column, 0, this.lastColumn) };
    if (!extend) this.anchor = { ...this.active };
    this.data.hold(this.active.row);
    this.reveal();
    this.draw();
    if (focus) this.focus();
    if (before !== `${this.active.row}:${this.active.column}` || extend) this.data.tell("moved");
  }

  focus() { this.element()?.focus({ preventScroll: true }); }

  get hasFocus() { return this.scroller.contains(document.activeElement); }

  reveal({ row, column } = this.active) {
    const { scroller, rowHeight } = this;
    if (row >= 0) {
      const top = row * rowHeight, room = scroller.clientHeight - this.head.offsetHeight;
      if (top < scroller.scrollTop) scroller.scrollTop = top;
      else if (top + rowHeight > scroller.scrollTop + room) scroller.scrollTop = top + rowHeight - room;
    }
    if (column === ROW_NUMBER) return;
    const start = this.lefts[column], end = start + this.widths[column];
    const covered = [...this.pinned.keys()].filter((each) => each < column).reduce((sum, each) => sum + this.widths[each], 0);
    if (start < this.scrolled + covered) { if (!this.pinned.has(column)) this.scrolled = start - covered; }
    else if (end > this.scrolled + scroller.clientWidth) this.scrolled = Math.min(end - scroller.clientWidth, start - covered);
  }

  // How many whole rows a page has.
  get page() { return Math.max(1, Math.floor((this.scroller.clientHeight - this.head.offsetHeight) / this.rowHeight) - 1); }

  // After a filter: from the top, on the first problem once it is known.
  reset() {
    const { hasFocus } = this;
    this.isFresh = true;
    for (const [row, drawn] of this.rows) this.drop(row, drawn);
    this.scroller.scrollTop = 0;
    this.active = { row: this.data.total ? 0 : HEADER, column: Math.max(FIRST, this.active.column) };
    this.anchor = { ...this.active };
    this.data.hold(this.active.row);
    this.draw();
    if (hasFocus) this.focus();
    this.data.tell("moved");
  }

  // The first row has come: stand on what is wrong with it, unless somebody has moved already.
  begin() {
    const row = this.data.row(0);
    if (!this.isFresh || !row) return;
    if (!this.sizedBy) this.layOut();
    this.isFresh = false;
    const [column] = Object.entries(row.e).find(([, said]) => said[0] === "problem") ?? [];
    if (column !== undefined) this.go(0, Number(column) + FIRST, { focus: this.hasFocus });
  }
}
