// Find and replace: plain text, in one column or all, counted before anything is replaced.

import { button, icon, make } from "./dom.js";
import { FIRST, HEADER } from "./places.js";
import { gettext, ngettext } from "../texts.js";

const PAUSE_MS = 250;

export class Find {
  constructor(view, data, does) {
    this.view = view;
    this.data = data;
    this.does = does;
    const field = (text, control) => make("label", { class: "grid-find-field" }, make("span", { text }), control);
    const input = () => make("input", { class: "input small", type: "text", autocomplete: "off", spellcheck: "false", dir: "auto" });
    this.text = input();
    this.with = input();
    this.column = make("select", { class: "select small" });
    this.matchCase = make("input", { type: "checkbox" });
    this.wholeCell = make("input", { type: "checkbox" });
    this.count = make("span", { class: "grid-find-count", role: "status" });
    this.form = make("form", { class: "grid-find", role: "search", "aria-label": gettext("Find and replace in the rows shown"), hidden: true },
      field(gettext("Find"), this.text), field(gettext("Replace with"), this.with), field(gettext("In"), this.column),
      make("label", { class: "checkbox" }, this.matchCase, make("span", { text: gettext("Match case") })),
      make("label", { class: "checkbox" }, this.wholeCell, make("span", { text: gettext("Whole cell") })),
      make("span", { class: "cluster" },
        button(gettext("Previous"), () => this.go(true)), make("button", { class: "button small", text: gettext("Next") }),
        button(gettext("Replace all…"), () => this.replace()), this.count,
        make("button", { type: "button", class: "button small quiet", "aria-label": gettext("Close find and replace"), onclick: () => this.close() }, icon("cross"))));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.go(false); });
    this.form.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.tally(), PAUSE_MS); });
    this.form.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
  }

  open(column = null) {
    this.column.replaceChildren(make("option", { value: "", text: gettext("All columns") }), ...this.data.columns.map((its, place) => make("option", { value: String(place), text: its.header || gettext("(no header)") })));
    this.column.value = column === null ? "" : String(column);
    this.form.hidden = false;
    this.text.focus();
    this.text.select();
    this.tally();
  }

  close() {
    this.form.hidden = true;
    this.view.focus();
  }

  get query() {
    const { row, column } = this.view.active;
    return {
      text: this.text.value, in: this.column.value, offset: Math.max(0, row), ...(row === HEADER || column < FIRST ? {} : { column: column - FIRST }),
      ...(this.matchCase.checked ? { match_case: 1 } : {}), ...(this.wholeCell.checked ? { whole_cell: 1 } : {}),
    };
  }

  async ask(more = {}) {
    if (!this.text.value) { this.count.textContent = ""; return null; }
    const found = await this.data.ask("find", { query: this.data.query({ ...this.query, ...more }) });
    this.count.textContent = found.count ? ngettext("{count} match", "{count} matches", found.count) : gettext("No match");
    return found.count ? found : null;
  }

  tally() { this.ask().catch((error) => this.does.failed(error)); }

  async go(back) {
    try {
      const found = await this.ask(back ? { back: 1 } : {});
      if (!found) return;
      this.view.go(found.offset, found.column + FIRST, { focus: false });
      this.count.textContent = ngettext("{nth} of {count} match", "{nth} of {count} matches", found.count, { nth: found.nth });
    } catch (error) { this.does.failed(error); }
  }

  replace() {
    if (!this.text.value) { this.text.focus(); return; }
    const typed = { find: this.text.value, value: this.with.value, ...(this.matchCase.checked ? { match_case: "on" } : {}), ...(this.wholeCell.checked ? { whole_cell: "on" } : {}) };
    const header = this.column.value === "" ? "" : this.data.columns[Number(this.column.value)].header;
    this.does.fix({ fix: "replace", header, filter: this.data.filter, typed, asks: false });
  }
}
