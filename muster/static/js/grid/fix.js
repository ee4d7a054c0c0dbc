// A fix for many rows: what it asks, what it would change (before → after), and then one step.

import { button, dialog, make } from "./dom.js";
import { countedCells, gettext, ngettext, number } from "../texts.js";

const PAUSE_MS = 200;

// `asked`: { fix, header, filter, typed, asks }. Resolves when the step is done, or null when it was not wanted.
export function askFix(data, asked) {
  return new Promise((done, fail) => { new Fix(data, asked, done, fail).open().catch(fail); });
}

class Fix {
  constructor(data, asked, done, fail) {
    Object.assign(this, { data, asked, done, fail, typed: { ...asked.typed } });
  }

  get body() {
    const { fix, header, filter } = this.asked;
    return { op: "fix", fix, header, filter, typed: this.typed };
  }

  preview(more = {}) {
    return this.data.ask("ops", { method: "POST", body: { ...this.data.query(), ...this.body, preview: true, ...more } });
  }

  async open() {
    const first = await this.preview({ inputs: true });
    this.inputs = make("div", { class: "stack tight" });
    if (this.asked.asks !== false) this.draw(first);
    this.shown = make("div", { class: "grid-fix-preview", "aria-live": "polite" });
    this.apply = make("button", { class: "button primary" });
    const actions = make("div", { class: "form-actions" }, this.apply, button(gettext("Cancel"), () => this.box.close(), ""));
    const form = make("form", { class: "stack" }, this.inputs, this.shown, actions);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.save(); });
    form.addEventListener("input", () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.again(), PAUSE_MS); });
    this.box = dialog(first.header ? gettext("{title}: {header}", { title: first.title, header: first.header }) : first.title, form);
    this.box.addEventListener("close", () => this.done(this.answer ?? null));
    this.show(first);
    (this.inputs.querySelector("input, select") ?? this.apply).focus();
  }

  // The inputs a fix has.
  draw({ fix, regions, orders, order, choices, values, prefix, countries, chosen }) {
    if (countries?.length) this.countries(countries, chosen);
    if (fix === "region") this.select("region", gettext("These are numbers of"), [["", gettext("Choose the country…")], ...regions]);
    if (fix === "dates") this.select("order", gettext("These dates are written"), [["", gettext("Choose…")], ...orders], order);
    if (fix === "fill" && choices?.length) this.select("value", gettext("Fill in"), [["", gettext("Choose…")], ...choices]);
    else if (fix === "fill") this.input("value", gettext("Fill in"));
    if (fix === "replace") { this.input("find", gettext("Find")); this.input("value", gettext("Replace with")); this.check("match_case", gettext("Match case")); this.check("whole_cell", gettext("Whole cell only")); }
    if (fix === "map") this.map(values, choices, prefix);
  }

  // Each country that numbers would be of has its box.
  countries(countries, chosen) {
    this.typed[chosen] = "chosen";
    const list = make("fieldset", { class: "stack tight" }, make("legend", { text: gettext("Numbers of which countries?") }));
    for (const [name, words, cells, ticked, before, after] of countries) {
      if (ticked) this.typed[name] = "on";
      const box = make("input", { type: "checkbox" });
      box.checked = ticked;
      box.addEventListener("input", () => { if (box.checked) this.typed[name] = "on"; else delete this.typed[name]; });
      list.append(make("label", { class: "checkbox" }, box, make("span", { text: `${words} · ${countedCells(cells)}` }), make("span", { class: "hint" }, make("bdi", { text: before }), " → ", make("bdi", { text: after }))));
    }
    this.inputs.append(list);
  }

  map(values, choices, prefix) {
    const list = make("div", { class: "grid-fix-map" });
    values.forEach(([value, count, likely], place) => {
      const label = make("label", { for: `grid-map-${place}` }, make("code", { dir: "auto", text: value }), ` ${countedCells(count)}`);
      const control = choices.length
        ? this.options(make("select", { class: "select small", id: `grid-map-${place}` }), [["", gettext("leave as it is")], ...choices])
        : make("input", { class: "input small", id: `grid-map-${place}`, autocomplete: "off", dir: "auto", placeholder: gettext("leave as it is") });
      control.value = likely;
      this.typed[prefix + value] = likely;
      control.addEventListener("input", () => { this.typed[prefix + value] = control.value; });
      list.append(make("div", { class: "answer-line" }, label, control));
    });
    this.inputs.append(make("p", { class: "hint", text: gettext("What do these values mean?") }), list);
  }

  options(select, pairs) {
    select.append(...pairs.map(([value, text]) => make("option", { value, text })));
    return select;
  }

  field(name, text, control) {
    control.id = `grid-fix-${name}`;
    control.addEventListener("input", () => { this.typed[name] = control.value; });
    this.inputs.append(make("div", { class: "field" }, make("label", { for: control.id, text }), control));
  }

  select(name, text, pairs, value = "") {
    const control = this.options(make("select", { class: "select" }), pairs);
    control.value = value;
    if (value) this.typed[name] = value;
    this.field(name, text, control);
  }

  input(name, text) { this.field(name, text, make("input", { class: "input", autocomplete: "off", dir: "auto", value: this.typed[name] ?? "" })); }

  check(name, text) {
    const box = make("input", { type: "checkbox" });
    box.addEventListener("input", () => { if (box.checked) this.typed[name] = "on"; else delete this.typed[name]; });
    this.inputs.append(make("label", { class: "checkbox" }, box, make("span", { text })));
  }

  async again() {
    try { this.show(await this.preview()); } catch (error) { this.shown.replaceChildren(make("p", { class: "field-error", text: error.message })); }
  }

  // What it would change: five rows as examples, and the count on the button.
  show(found) {
    const count = found.cells || found.out;
    this.apply.disabled = !count;
    this.apply.textContent = found.out ? ngettext("Leave {count} row out", "Leave {count} rows out", found.out) : count ? ngettext("Change {count} cell", "Change {count} cells", count) : gettext("Change cells");
    if (found.problem) { this.shown.replaceChildren(make("p", { class: "hint", text: found.problem })); return; }
    if (!count) { this.shown.replaceChildren(make("p", { class: "hint", text: gettext("This changes nothing in the rows shown.") })); return; }
    this.shown.replaceChildren(found.out ? this.rowsOut(found) : this.examples(found));
  }

  rowsOut({ out, out_examples: rows }) {
    const named = rows.map((row) => number.format(row)).join(gettext(", ")), more = out - rows.length;
    const text = more > 0
      ? ngettext("Rows {rows} and {count} more won't be imported. You can restore them at any time.", "Rows {rows} and {count} more won't be imported. You can restore them at any time.", more, { rows: named })
      : ngettext("Row {rows} won't be imported. You can restore it at any time.", "Rows {rows} won't be imported. You can restore them at any time.", out, { rows: named });
    return make("p", { text });
  }

  examples({ examples, cells }) {
    const head = make("tr", {}, ...[gettext("Row"), gettext("Column"), gettext("Before"), gettext("After")].map((text) => make("th", { scope: "col", text })));
    const lines = examples.map(([row, header, before, after]) => make("tr", {},
      make("th", { scope: "row", class: "number", text: number.format(row) }), make("td", { dir: "auto", text: header }),
      make("td", {}, make("span", { class: "before", dir: "auto", text: before || gettext("blank") })), make("td", { dir: "auto", text: after || gettext("blank") })));
    const more = cells > examples.length ? make("p", { class: "hint", text: ngettext("and {count} more cell. All of it is one step that you can undo.", "and {count} more cells. All of it is one step that you can undo.", cells - examples.length) }) : make("p", { class: "hint", text: gettext("One step that you can undo.") });
    return make("div", { class: "stack tight" }, make("div", { class: "table-wrap" }, make("table", { class: "table" }, make("thead", {}, head), make("tbody", {}, ...lines))), more);
  }

  async save() {
    this.apply.disabled = true;
    try {
      this.answer = await this.data.op(this.body);
      this.box.close();
    } catch (error) {
      this.apply.disabled = false;
      this.shown.replaceChildren(make("p", { class: "field-error", text: error.message }));
    }
  }
}
