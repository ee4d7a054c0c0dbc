// Mouse, pen and touch: press selects, dragging extends, twice edits, a header or row number opens its menu.

import { FIRST, HEADER, ROW_NUMBER } from "./places.js";

const TWICE_MS = 400;
const EDGE_PX = 24;

export class Mouse {
  constructor(view, editor, does) {
    this.view = view;
    this.editor = editor;
    this.does = does;
    const { scroller } = view;
    scroller.addEventListener("pointerdown", (event) => this.onDown(event));
    scroller.addEventListener("click", (event) => this.onClick(event));
    scroller.addEventListener("dblclick", (event) => { if (this.cellOf(event)) this.edit(); });
    scroller.addEventListener("contextmenu", (event) => this.onMenu(event));
  }

  cellOf(event) { return event.target.closest?.(".grid-cell"); }

  onDown(event) {
    const cell = this.cellOf(event);
    if (!cell || event.button !== 0 || event.pointerType === "touch") return;
    event.preventDefault(); // no text selection; focus is ours
    if (this.editor.isOpen) this.editor.commit();
    const { row, column } = cell.at;
    if (event.target.closest(".grid-grip")) { this.resize(event, column); return; }
    if (row === HEADER) { this.view.go(HEADER, column); return; }
    if (column === ROW_NUMBER) this.selectRow(row, event.shiftKey);
    else this.view.go(row, column, { extend: event.shiftKey });
    this.drag(event, column === ROW_NUMBER);
  }

  // Drag the edge of a column. Its menu has the same in steps.
  resize(event, column) {
    const from = event.clientX, width = this.view.widths[column];
    const move = (next) => this.view.resize(column, width + (next.clientX - from) * this.view.way);
    window.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => window.removeEventListener("pointermove", move), { once: true });
  }

  selectRow(row, extend) {
    const { view } = this;
    const from = extend ? view.anchor.row : row;
    view.go(row, view.lastColumn, { focus: false });
    view.anchor = { row: from, column: view.lastColumn };
    view.go(row, ROW_NUMBER, { extend: true });
  }

  drag(event, wholeRows) {
    this.at = event;
    const move = (next) => { this.at = next; this.extend(wholeRows); };
    const scroll = setInterval(() => { if (this.at !== event) this.extend(wholeRows); }, 60);
    const end = () => { clearInterval(scroll); window.removeEventListener("pointermove", move); };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end, { once: true });
    window.addEventListener("pointercancel", end, { once: true });
  }

  // Take the cell under the pointer into the range; near an edge, scroll on.
  extend(wholeRows) {
    const { view } = this;
    const box = view.scroller.getBoundingClientRect();
    const [start, end] = [view.widths[0] + 4, EDGE_PX]; // what is not to be pointed at, before and after the columns
    const [left, right] = view.way < 0 ? [box.left + end, box.right - start] : [box.left + start, box.right - end];
    const x = Math.max(left, Math.min(this.at.clientX, right));
    const y = Math.max(box.top + view.head.offsetHeight + 4, Math.min(this.at.clientY, box.bottom - EDGE_PX));
    if (this.at.clientY > box.bottom - 4) view.scroller.scrollTop += view.rowHeight;
    if (this.at.clientY < box.top + view.head.offsetHeight) view.scroller.scrollTop -= view.rowHeight;
    if (view.way < 0 ? this.at.clientX < box.left + 4 : this.at.clientX > box.right - 4) view.scrolled += 40;
    const cell = document.elementFromPoint(x, y)?.closest?.(".grid-cell");
    if (!cell || cell.at.row === HEADER) return;
    const column = wholeRows ? ROW_NUMBER : cell.at.column;
    if (cell.at.row !== view.active.row || column !== view.active.column) view.go(cell.at.row, column, { extend: true });
  }

  onClick(event) {
    const cell = this.cellOf(event);
    if (!cell || this.editor.box?.contains(event.target)) return;
    const { row, column } = cell.at;
    if (event.target.closest(".grid-header-menu")) { this.view.go(HEADER, column); this.does.menu(); return; }
    if (event.pointerType !== "touch") return;
    const twice = this.tapped === cell && event.timeStamp - this.tappedAt < TWICE_MS;
    this.tapped = cell;
    this.tappedAt = event.timeStamp;
    this.view.go(row, column);
    if (twice) this.edit();
  }

  edit() {
    if (this.editor.isOpen) return;
    const { row, column } = this.view.active;
    if (row === HEADER || column < FIRST) this.does.menu();
    else if (!this.editor.open()) this.does.cannotEdit();
  }

  onMenu(event) {
    const cell = this.cellOf(event);
    if (!cell || this.editor.isOpen) return;
    event.preventDefault();
    const { top, bottom, left, right } = this.view.range;
    const { row, column } = cell.at;
    const isIn = row >= top && row <= bottom && column >= left && column <= right;
    if (!isIn) this.view.go(row, column);
    this.does.menu();
  }
}
