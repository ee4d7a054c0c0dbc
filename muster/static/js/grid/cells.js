// What one cell shows: its text, what is wrong with it, what it changes, and never by colour alone.

import { make } from "./dom.js";
import { FIRST, OUTCOME, ROW_NUMBER } from "./places.js";
import { countedProblems, gettext } from "../texts.js";

const OUTCOMES = { problems: gettext("Problem"), new: gettext("New"), updates: gettext("Update"), unchanged: gettext("No change"), "left-out": gettext("Left out") };
const TONES = { problems: "problem", new: "done", updates: "accent" };
const STATES = ["is-problem", "is-warning", "is-changed", "is-inferred", "is-edited", "is-saving", "is-unsaved", "is-unused", "is-blank", "is-fixed"];

// The message of a cell or, for the columns before the file's, of the row: { level, text, fix }.
export function messageOf(row, column) {
  if (!row) return null;
  if (column >= FIRST) {
    const said = row.e[column - FIRST];
    return said ? { level: said[0], code: said[1], text: said[2], fix: said[3] } : null;
  }
  const said = row.m?.[0];
  return said ? { level: said[0], code: said[1], text: said[2], fix: said[3], field: said[4] } : null;
}

export function fill(cell, row, column, data, notes) {
  cell.classList.remove(...STATES);
  cell.removeAttribute("aria-invalid");
  cell.removeAttribute("aria-describedby");
  delete cell.dataset.says;
  cell.classList.toggle("is-loading", !row);
  if (!row) { cell.replaceChildren(column === ROW_NUMBER ? "\u2026" : make("span", { class: "grid-skeleton" })); return; }
  if (column === ROW_NUMBER) {
    cell.textContent = row.n;
    const isFixed = data.filter.show === "problems" && row.s !== "problems" && row.s !== "left-out";
    cell.classList.toggle("is-fixed", isFixed);
    // Translators: said before the number of a row
    if (isFixed) cell.dataset.says = gettext("fixed, row");
  }
  else if (column === OUTCOME) cell.replaceChildren(make("span", { class: `chip ${TONES[row.s] ?? ""}`, text: OUTCOMES[row.s] }));
  else fillValue(cell, row, column - FIRST, data);
  const message = messageOf(row, column);
  if (message) describe(cell, message, row, column, notes);
}

function describe(cell, message, row, column, notes) {
  if (message.level === "problem") { cell.classList.add("is-problem"); cell.setAttribute("aria-invalid", "true"); }
  if (message.level === "warning") cell.classList.add("is-warning");
  const note = make("span", { id: `said-${row.n}-${column}`, text: `${message.text} ${message.fix}` });
  notes.append(note);
  cell.setAttribute("aria-describedby", note.id);
}

function fillValue(cell, row, column, data) {
  const its = data.columns[column];
  const pending = data.pending.get(`${row.n}:${column}`);
  const text = data.value(row, column);
  if (!its.field) cell.classList.add("is-unused");
  cell.setAttribute("aria-readonly", String(Boolean(its.readonly)));
  if (pending) {
    cell.classList.add(pending.state === "failed" ? "is-unsaved" : "is-saving");
    if (pending.state === "failed") cell.dataset.says = gettext("Not saved");
    show(cell, text);
    return;
  }
  if (row.x?.includes(column)) { cell.classList.add("is-edited"); cell.dataset.says = gettext("edited"); }
  const change = row.b?.[column];
  if (!change) { show(cell, text); return; }
  const [before, after, kind] = change;
  cell.classList.add(kind === "inferred" ? "is-inferred" : "is-changed");
  if (kind === "inferred") cell.replaceChildren(make("i", { dir: "auto", text: after }), " ", make("span", { class: "chip", text: gettext("inferred") }));
  else if (before === after) show(cell, text);
  else cell.replaceChildren(make("span", { class: "before", dir: "auto", text: before || gettext("blank") }), make("span", { class: "arrow", "aria-label": gettext("becomes"), role: "img", text: "→" }), make("span", { dir: "auto", text: text || after || gettext("blank") }));
}

function show(cell, text) {
  const isBlank = !text.trim();
  cell.classList.toggle("is-blank", isBlank);
  if (isBlank) cell.replaceChildren(make("span", { class: "visually-hidden", text: gettext("blank") }));
  else cell.replaceChildren(make("span", { dir: "auto", text }));
}

// What a header says below its name: how many problems there are, or what the column is.
export function belowName(its) {
  if (its.problems) return countedProblems(its.problems);
  if (!its.field) return gettext("not imported");
  return its.answered ? gettext("as {field}", { field: its.as }) : "";
}

export function fillHeader(header, column, data) {
  if (column < FIRST) { header.textContent = column === ROW_NUMBER ? gettext("Row") : gettext("What happens"); return; }
  const its = data.columns[column - FIRST];
  const key = `${its.problems}`;
  if (header.shown === key) return;
  header.shown = key;
  header.classList.toggle("is-unused", !its.field);
  const name = make("span", { class: "grid-header-name", dir: "auto", text: its.header || gettext("(no header)") });
  const required = its.required ? [make("span", { class: "required", title: gettext("Required"), "aria-hidden": "true", text: "*" }), make("span", { class: "visually-hidden", text: " " + gettext("required") })] : [];
  header.replaceChildren(make("span", { class: "grid-header-top" }, name, ...required),
    make("span", { class: its.problems ? "grid-header-more problem" : "grid-header-more", text: belowName(its) }),
    make("span", { class: "grid-header-menu", "aria-hidden": "true", title: gettext("Menu of this column"), text: "▾" }),
    make("span", { class: "grid-grip", "aria-hidden": "true" }));
  header.setAttribute("aria-haspopup", "menu");
}
