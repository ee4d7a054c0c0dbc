// The keyboard of the grid: one Tab stop, then everything as in a spreadsheet.

import { FIRST, HEADER, destination } from "./places.js";
import { gettext } from "../texts.js";

export const KEYS = [
  [gettext("Arrows"), gettext("Move one cell")],
  [gettext("Ctrl + arrows"), gettext("Go to the edge")],
  [gettext("Home, End"), gettext("First, last column")],
  [gettext("Ctrl + Home, Ctrl + End"), gettext("First, last cell")],
  [gettext("Page Up, Page Down"), gettext("A page up, down")],
  [gettext("Shift with any of these"), gettext("Select a range")],
  [gettext("Ctrl + A"), gettext("Select all")],
  [gettext("Enter or F2"), gettext("Edit the cell; on a header or row number, its menu")],
  [gettext("Any letter"), gettext("Replace the cell")],
  [gettext("Enter, Tab"), gettext("Keep what you typed, go down, go right")],
  [gettext("Alt + Enter"), gettext("A new line in the cell")],
  [gettext("Esc"), gettext("Leave the cell as it was")],
  [gettext("Delete"), gettext("Clear the cells")],
  [gettext("Ctrl + C, X, V"), gettext("Copy, cut, paste; to and from spreadsheets too")],
  [gettext("Ctrl + Z, Ctrl + Shift + Z"), gettext("Undo, redo")],
  [gettext("Ctrl + F or H"), gettext("Find and replace")],
  [gettext("F8, Shift + F8"), gettext("Next, previous problem in the whole file")],
  [gettext("F on a header or a row's number"), gettext("Full screen, and back")],
  ["?", gettext("This list")],
];

export class Keys {
  constructor(view, editor, does) {
    this.view = view;
    this.editor = editor;
    this.does = does;
    view.scroller.addEventListener("keydown", (event) => this.onKey(event));
  }

  onKey(event) {
    if (this.editor.isOpen || event.defaultPrevented) return;
    const { view } = this;
    const where = event.altKey ? null : destination(event, view.active, view);
    if (where) {
      const [row, column] = where;
      view.go(event.shiftKey ? Math.max(0, row) : row, column, { extend: event.shiftKey });
      event.preventDefault();
    } else if (this.command(event)) event.preventDefault();
  }

  command(event) {
    const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
    const { does } = this;
    if ((ctrlKey || metaKey) && !altKey) {
      const named = { a: does.selectAll, z: shiftKey ? does.redo : does.undo, y: does.redo, f: does.find, h: does.find }[key.toLowerCase()];
      named?.();
      return Boolean(named);
    }
    if (key === "F8") does.nextProblem(shiftKey);
    else if (key === "F2" || key === "Enter" || (altKey && key === "ArrowDown")) this.enter();
    else if (key === " " && this.isOnEdge) this.enter();
    else if (key === "ContextMenu" || (key === "F10" && shiftKey)) does.menu();
    else if (key === "Delete" || key === "Backspace") does.clear();
    else if (key === "Escape") this.view.go(this.view.active.row, this.view.active.column);
    else if (key === "?") does.help();
    else return this.type(event);
    return true;
  }

  get isOnEdge() { return this.view.active.row === HEADER || this.view.active.column < FIRST; }

  enter() {
    if (this.isOnEdge) this.does.menu();
    else if (!this.editor.open()) this.does.cannotEdit();
  }

  // Typing begins an edit. The browser itself puts the letter, or what an input method makes of it, into the new box.
  type(event) {
    const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
    const isMethod = event.key === "Process" || event.keyCode === 229;
    if (this.isOnEdge || !(isLetter || isMethod) || event.altKey && !isLetter) return false;
    if (!this.editor.open({ replace: true })) this.does.cannotEdit();
    return false;
  }
}
