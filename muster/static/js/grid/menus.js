// The menus of the grid, of a column and of rows, and the list of its keys.

import { button, dialog, make } from "./dom.js";
import { KEYS } from "./keys.js";
import { showMenu } from "./menu.js";
import { FIRST, HEADER } from "./places.js";
import { countedRows, gettext } from "../texts.js";

const LEFT_OUT = "left-out";
const WIDER_BY = 48; // pixels
const MAPPED = ["opt_out", "yes_no", "choice", "staff"];

export class Menus {
  // `does`: { fix, find, press, edit, clear, leaveOut, nextProblem }
  constructor(data, view, does) {
    Object.assign(this, { data, view, does });
  }

  // The menu of where one stands: of the column on its header, else of the rows of the range.
  open() {
    const { row, column } = this.view.active;
    const isColumn = row === HEADER && column >= FIRST;
    if (row === HEADER && !isColumn) return;
    const label = isColumn ? this.data.columns[column - FIRST].header : gettext("Rows");
    showMenu(label, isColumn ? this.columnItems(column - FIRST) : this.rowItems(), this.view.element(), () => this.view.focus());
  }

  columnItems(place) {
    const { header, kind, problems, answered, field } = this.data.columns[place];
    const { filter } = this.data;
    const fix = (name) => () => this.does.fix({ fix: name, header, filter, typed: {}, asks: true });
    const drop = answered && field ? gettext("Remembered for the next file") : field ? gettext("The header is a field's own name") : gettext("It is not imported");
    return [
      { text: gettext("Fill blanks…"), does: fix("fill") },
      { text: gettext("Find and replace…"), does: () => this.does.find(place) },
      { text: gettext("Trim spaces…"), does: fix("trim") },
      ...(MAPPED.includes(kind) ? [{ text: gettext("Map values…"), does: fix("map") }] : []),
      null,
      { text: gettext("Wider"), does: () => this.widen(place, WIDER_BY) },
      { text: gettext("Narrower"), does: () => this.widen(place, -WIDER_BY) },
      null,
      { text: gettext("Show problems"), hint: problems ? countedRows(problems) : gettext("There are none"), off: !problems, does: () => this.does.press({ show: "problems", code: "", field }, { focus: true }) },
      { text: gettext("Don't import this column"), hint: drop, off: !(answered && field), does: () => dropColumn(header) },
    ];
  }

  widen(place, by) {
    const column = place + FIRST;
    this.view.resize(column, this.view.widths[column] + by);
    this.view.focus();
  }

  rowItems() {
    const { top, bottom } = this.view.range;
    const restore = bottom > top ? gettext("Restore these rows") : gettext("Restore this row");
    const leaveOut = bottom > top ? gettext("Leave these rows out") : gettext("Leave this row out");
    const isOut = this.data.row(this.view.active.row)?.s === LEFT_OUT;
    const isCell = this.view.active.column >= FIRST;
    return [
      ...(isCell ? [{ text: gettext("Edit"), hint: gettext("Enter"), does: () => this.does.edit() }, { text: gettext("Clear"), hint: gettext("Delete"), does: () => this.does.clear() }, null] : []),
      isOut ? { text: restore, does: () => this.does.leaveOut(false) } : { text: leaveOut, hint: gettext("You can restore at any time"), does: () => this.does.leaveOut(true) },
      { text: gettext("Next problem"), hint: "F8", does: () => this.does.nextProblem(false) },
    ];
  }
}

// Leave a column out of the import: a form as on the page without script.
function dropColumn(header) {
  const form = make("form", { method: "post", action: `${window.location.pathname}columns`, hidden: true });
  const values = { csrfmiddlewaretoken: document.querySelector("input[name=csrfmiddlewaretoken]").value, [`column:${header}`]: "-" };
  form.append(...Object.entries(values).map(([name, value]) => make("input", { type: "hidden", name, value })));
  document.body.append(form);
  form.requestSubmit();
}

export function showKeys() {
  const lines = KEYS.flatMap(([keys, what]) => [make("dt", {}, make("kbd", { text: keys })), make("dd", { text: what })]);
  const shown = dialog(gettext("Keys of the grid"), make("dl", { class: "grid-keys" }, ...lines), make("div", { class: "form-actions" }, button(gettext("Close"), () => shown.close(), "primary")));
  shown.querySelector("button").focus();
}
