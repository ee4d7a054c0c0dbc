// What the grid says about itself: the bar above it, the line below it, notices, and a live region for screen readers.

import { messageOf } from "./cells.js";
import { button, icon, make } from "./dom.js";
import { FIRST, HEADER } from "./places.js";
import { countedColumns, countedRows, gettext, ngettext, pieces } from "../texts.js";

const LEFT_OUT = "left-out";

export class Status {
  // `does`: { press, retry, restore, nextProblem, help }
  constructor(data, view, does) {
    Object.assign(this, { data, view, does });
    this.message = make("div", { class: "grid-message" });
    const jump = (name, words, back) => make("button", { type: "button", class: "button small", "aria-label": words, title: words, onclick: () => does.nextProblem(back) }, icon(name));
    this.jumps = make("div", { class: "grid-jumps" }, jump("left", gettext("Previous problem (Shift + F8)"), true), jump("right", gettext("Next problem (F8)"), false),
      make("button", { type: "button", class: "button small", "aria-label": gettext("Keys of the grid"), title: gettext("Keys of the grid (?)"), text: "?", onclick: () => does.help() }));
    this.bar = make("div", { class: "grid-bar" }, this.message, this.jumps);
    this.notices = make("div", { class: "grid-notices" });
    this.empty = make("div", { class: "empty", hidden: true });
    this.listed = make("span", { class: "grid-listed" });
    this.chosen = make("span", { class: "muted" });
    this.saved = make("span", { class: "grid-saved" });
    this.foot = make("div", { class: "grid-foot" }, this.listed, this.chosen, this.saved);
    this.live = make("div", { class: "visually-hidden", role: "status" });
  }

  announce(text) {
    this.live.textContent = "";
    requestAnimationFrame(() => { this.live.textContent = text; });
  }

  // Below the grid: what of the list has changed since it was made, and whether everything is saved.
  drawFoot() {
    const { list } = this.data.state;
    const again = button(gettext("Refresh list"), () => this.does.press(this.data.filter));
    const parts = [];
    if (list.gone) parts.push(this.gone(list));
    if (list.joined) parts.push(ngettext("{count} row not shown yet.", "{count} rows not shown yet.", list.joined));
    this.listed.replaceChildren(...(parts.length ? [`${parts.join(" ")} `, again] : []));
    const unsaved = this.data.failed.length;
    this.saved.replaceChildren(unsaved ? make("span", { class: "grid-unsaved", text: gettext("Not saved.") + " " }) : this.data.waiting ? gettext("Saving…") : this.data.state.undo ? gettext("Saved") : "", unsaved ? button(gettext("Retry"), () => this.does.retry()) : "");
    const none = !this.data.total;
    this.view.scroller.hidden = none;
    this.empty.hidden = !none;
    if (none) this.empty.replaceChildren(icon("done"), make("h2", { text: gettext("No rows here") }), make("p", { text: list.show === "problems" ? gettext("Every row can be imported.") : gettext("No row of the file comes out like this.") }), button(gettext("Show all rows"), () => this.does.press({ show: "all", code: "", field: "" }), ""));
  }

  gone({ total, gone, show }) {
    const facts = { left: total - gone };
    if (show === "problems") return ngettext("{left} left. {count} fixed row still shown.", "{left} left. {count} fixed rows still shown.", gone, facts);
    return ngettext("{left} left. {count} changed row still shown.", "{left} left. {count} changed rows still shown.", gone, facts);
  }

  // The bar above the grid says what there is to say of the active cell.
  describe() {
    const { row, column } = this.view.active;
    const { rows, columns } = this.view.range;
    this.chosen.textContent = rows * columns > 1 && row !== HEADER ? gettext("{rows} × {columns} selected", { rows: countedRows(rows), columns: countedColumns(columns) }) : "";
    const its = this.data.row(row), header = column < FIRST ? "" : this.data.columns[column - FIRST]?.header;
    const where = row === HEADER ? header || gettext("Columns") : its ? gettext("Row {row}", { row: its.n }) + (header ? ` · ${header}` : "") : "";
    const parts = [make("strong", { dir: "auto", text: where })];
    const message = its && messageOf(its, column);
    const pending = its && this.data.pending.get(`${its.n}:${column - FIRST}`);
    if (pending?.state === "failed") parts.push(make("span", { class: "problem", text: gettext("Not saved.") }), button(gettext("Retry"), () => this.does.retry()));
    else if (message) parts.push(icon(message.level === "problem" ? "problem" : message.level === "warning" ? "warning" : "info"), make("span", {}, message.field ? make("b", { text: `${message.field} ` }) : "", message.text, message.fix ? make("span", { class: "muted", text: ` ${message.fix}` }) : ""), ...this.fixes(message, column));
    else if (its && column >= FIRST) parts.push(...this.tellValue(its, column - FIRST));
    if (its?.s === LEFT_OUT) parts.push(button(gettext("Restore"), () => this.does.restore()));
    this.message.className = `grid-message ${message?.level ?? ""}`;
    this.message.replaceChildren(...parts);
  }

  // What would put this right in every row like it.
  fixes({ code, field }, column) {
    const its = field ?? this.data.columns[column - FIRST]?.field;
    const { rows, links } = this.does.fixesFor(code, its);
    if (!links.length) return [];
    return [make("span", { class: "grid-fixes" }, rows > 1 ? make("span", { class: "muted", text: gettext("Rows like this: {rows}", { rows }) }) : "", ...links)];
  }

  tellValue(row, column) {
    const change = row.b?.[column], value = this.data.value(row, column), its = this.data.columns[column];
    if (change?.[2] === "inferred") return [make("span", {}, ...pieces(gettext("Inferred from the WhatsApp number: {value}"), { value: make("bdi", { text: change[1] }) }))];
    if (change) return [make("span", {}, ...pieces(gettext("Stored: {before}. Becomes: {after}."), { before: make("bdi", { text: change[0] || gettext("blank") }), after: make("bdi", { text: change[1] || gettext("blank") }) }))];
    return [make("span", { class: "muted" }, make("bdi", { text: value || gettext("blank") }), its.field ? "" : " " + gettext("(not imported)"))];
  }

  notice(level, text, ...actions) {
    const close = make("button", { type: "button", class: "button small quiet", "aria-label": gettext("Close this notice"), onclick: () => { made.remove(); this.view.focus(); } }, icon("cross"));
    const made = make("div", { class: `notice ${level} grid-notice`, role: "status" }, icon(level === "problem" ? "problem" : "warning"), make("p", { text }), make("div", { class: "cluster" }, ...actions, close));
    this.notices.replaceChildren(made);
  }

  failed(error) {
    if (error.name === "AbortError") return;
    if ([401, 403].includes(error.status)) this.notice("problem", error.status === 401
      ? gettext("You were signed out. Sign in again in another tab, then press Retry. Nothing you typed is lost.")
      : gettext("You were signed out, or are no longer an Admin. Sign in again in another tab, then press Retry. Nothing you typed is lost."), make("a", { class: "button small", href: "/", target: "_blank", rel: "noopener", text: gettext("Sign in") }), button(gettext("Retry"), () => this.does.retry()));
    else if (error.reload) this.notice("problem", error.message, button(gettext("Load again"), () => window.location.reload()));
    else if (error.status) this.notice("problem", error.message);
    else this.notice("problem", gettext("The server could not be reached. What you typed is kept here."), button(gettext("Retry"), () => this.does.retry()));
    this.announce(this.notices.textContent);
  }
}
