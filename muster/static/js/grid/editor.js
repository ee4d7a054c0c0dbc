// Editing one cell, in place: by Enter, F2, a double click or tap, or by typing. Safe with input methods.

import { make } from "./dom.js";
import { FIRST, HEADER } from "./places.js";
import { gettext } from "../texts.js";

const isComposing = (event) => event.isComposing || event.keyCode === 229;

export class Editor {
  constructor(view, data, save) {
    this.view = view;
    this.data = data;
    this.save = save;
    this.box = null;
  }

  get isOpen() { return Boolean(this.box); }

  // `replace`: begin with nothing, as typing does; arrows then leave the cell, as in a spreadsheet.
  open({ replace = false } = {}) {
    const { row, column } = this.view.active;
    const its = this.data.row(row);
    if (this.isOpen || row === HEADER || column < FIRST || !its) return false;
    const about = this.data.columns[column - FIRST];
    if (about.readonly || its.s === "left-out") return false;
    const cell = this.view.element();
    this.place = { row: its.n, column: column - FIRST, before: this.data.value(its, column - FIRST) };
    this.moves = replace;
    this.box = make("textarea", { class: "grid-editor", rows: "1", dir: "auto", spellcheck: "false", autocomplete: "off", "aria-label": gettext("{header}, row {row}", { header: about.header, row: String(its.n) }) });
    this.box.value = replace ? "" : this.place.before;
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("blur", () => this.commit());
    this.box.addEventListener("input", () => this.fit());
    for (const name of ["copy", "cut", "paste", "dblclick", "pointerdown"]) this.box.addEventListener(name, (event) => event.stopPropagation());
    cell.classList.add("is-editing");
    cell.replaceChildren(this.box);
    this.box.focus({ preventScroll: true });
    if (!replace) this.box.setSelectionRange(this.box.value.length, this.box.value.length);
    this.fit();
    return true;
  }

  fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight + 2, 180)}px`;
  }

  onKey(event) {
    event.stopPropagation();
    if (isComposing(event)) return;
    const { key, shiftKey, altKey } = event;
    if (key === "Escape") this.close(null);
    else if (key === "Enter" && altKey) { this.box.setRangeText("\n", this.box.selectionStart, this.box.selectionEnd, "end"); this.fit(); }
    else if (key === "Enter") this.close(shiftKey ? [-1, 0] : [1, 0], true);
    else if (key === "Tab") this.close(shiftKey ? [0, -1] : [0, 1], true);
    else if (this.moves && key === "ArrowDown") this.close([1, 0], true);
    else if (this.moves && key === "ArrowUp") this.close([-1, 0], true);
    else if (this.moves && key === "ArrowLeft") this.close([0, -this.view.way], true);
    else if (this.moves && key === "ArrowRight") this.close([0, this.view.way], true);
    else if (key === "F2") { this.moves = false; }
    else return;
    event.preventDefault();
  }

  // Leave the cell: keep what was typed or not, then move.
  close(step, keeps = false) {
    if (keeps) this.commit(); else this.end();
    const { row, column } = this.view.active;
    this.view.go(...(step ? [Math.max(0, row + step[0]), Math.max(FIRST, column + step[1])] : [row, column]));
  }

  commit() {
    if (!this.isOpen) return;
    const { row, column, before } = this.place;
    const value = this.box.value;
    this.end();
    if (value.replaceAll("\r\n", "\n") !== before.replaceAll("\r\n", "\n")) this.save([[row, column, value]], { how: "edit" });
    else this.view.draw();
  }

  end() {
    const cell = this.box.closest(".grid-cell");
    this.box = null;
    cell.classList.remove("is-editing");
    this.data.edition += 1;
  }
}
