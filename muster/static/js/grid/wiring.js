// The grid on the Review page: takes the place of the table where there is room for one. Phones keep the cards.
// Here its parts are made and told of each other.

import { Clipboard } from "./clipboard.js";
import { Data } from "./data.js";
import { Editor } from "./editor.js";
import { Edits } from "./edits.js";
import { Find } from "./find.js";
import { Keys } from "./keys.js";
import { Menus, showKeys } from "./menus.js";
import { Mouse } from "./mouse.js";
import { OneStop } from "./one-stop.js";
import { Page } from "./page.js";
import { FIRST, HEADER, OUTCOME } from "./places.js";
import { Room } from "./room.js";
import { Status } from "./status.js";
import { View } from "./view.js";
import { countedRows, gettext, listed } from "../texts.js";

const LEFT_OUT = "left-out";
const LOOK_AGAIN_MS = 20_000;

class Grid {
  constructor(place) {
    const { importGrid, show, code, field, list } = place.dataset;
    this.data = new Data(importGrid, { show, code, field }, list);
    this.view = new View(this.data, "rows-title");
    this.does = this.commands();
    this.status = new Status(this.data, this.view, this.does);
    this.edits = new Edits(this.data, this.view, this.status);
    this.editor = new Editor(this.view, this.data, (cells, how) => this.edits.save(cells, { part: "cells", cells, ...how }));
    this.find = new Find(this.view, this.data, { fix: this.does.fix, failed: (error) => this.status.failed(error) });
    this.menus = new Menus(this.data, this.view, this.does);
    this.page = new Page(this.data, this.does);
    this.room = new Room(this.view);
    new Keys(this.view, this.editor, this.does);
    new Mouse(this.view, this.editor, this.does);
    new Clipboard(this.view, this.editor, this.does);
    this.listen();
    this.draw(place);
  }

  // Everything that a key, the mouse, a menu, the clipboard or the page around can ask for.
  commands() {
    return {
      selectAll: () => { this.view.anchor = { row: this.view.lastRow, column: this.view.lastColumn }; this.view.go(0, FIRST, { extend: true }); },
      undo: () => this.step("undo"), redo: () => this.step("redo"), retry: () => this.edits.retry(),
      fixesFor: (code, field) => this.page.fixesFor(code, field), find: (column) => this.find.open(column), fix: (asked) => this.edits.fix(asked), press: (filter, options) => this.press(filter, options),
      nextProblem: (back) => this.nextProblem(back), menu: () => this.menus.open(), help: showKeys,
      edit: () => { if (!this.editor.open()) this.cannotEdit(); }, cannotEdit: () => this.cannotEdit(), clear: () => this.edits.set("", "clear"),
      leaveOut: (out) => this.edits.leaveOut(out), restore: () => this.edits.leaveOut(false),
      values: () => this.edits.values(), cut: () => this.edits.set("", "cut"), paste: (values) => this.edits.paste(values),
      nothingToPaste: () => this.status.announce(gettext("There is no text on the clipboard.")), notCopied: () => this.status.announce(gettext("This could not be copied.")),
    };
  }

  listen() {
    this.data.addEventListener("rows", () => { this.view.begin(); this.view.draw(); this.status.describe(); });
    this.data.addEventListener("moved", () => this.status.describe());
    this.data.addEventListener("change", (event) => this.changed(event.detail));
    this.data.addEventListener("failed", (event) => this.status.failed(event.detail));
    this.data.addEventListener("stale", () => window.location.reload());
    this.data.addEventListener("pressed", () => { this.view.reset(); this.changed({}); });
  }

  draw(place) {
    const { bar, notices, empty, foot, live } = this.status;
    this.status.jumps.append(this.room.full);
    bar.append(this.find.form);
    place.replaceChildren(bar, notices, this.view.scroller, empty, live, this.view.notes);
    document.querySelector(".bottom-bar > p").after(foot);
    for (const row of document.querySelectorAll(".site-header-inner, .review-page .actions, .review-tools, .grid-bar")) new OneStop(row);
    for (const part of [bar, notices, document.querySelector(".review-tools"), document.querySelector(".bottom-bar")]) this.view.shape.observe(part);
  }

  async start() {
    try {
      await this.data.start();
    } catch (error) { this.status.failed(error); return; }
    this.page.address(this.data.filter, { isFirst: true });
    setInterval(() => this.lookAgain(), LOOK_AGAIN_MS);
    window.addEventListener("focus", () => this.lookAgain());
    window.addEventListener("submit", (event) => { this.isLeaving ||= !event.defaultPrevented; });
    window.addEventListener("beforeunload", (event) => { if (this.data.waiting || this.data.failed.length) event.preventDefault(); });
  }

  // Somebody else may have changed the draft.
  lookAgain() {
    if (this.isLeaving || document.visibilityState !== "visible" || this.editor.isOpen || this.data.failed.length) return;
    this.data.refresh().catch((error) => this.status.failed(error));
  }

  // The forms of the page speak of the revision that is shown now.
  tellForms() {
    const known = { revision: this.data.state.rev, step: this.data.state.step };
    for (const [name, value] of Object.entries(known)) {
      for (const input of document.querySelectorAll(`input[name="${name}"]`)) {
        if (input instanceof HTMLInputElement) input.value = String(value);
      }
    }
  }

  changed({ others } = {}) {
    if (!this.data.state) return;
    this.tellForms();
    if (!this.view.widths) this.view.layOut();
    this.view.draw();
    this.page.update();
    this.status.describe();
    this.status.drawFoot();
    if (others) this.status.notice("warning", others.length ? gettext("{names} changed this draft too. Their edits are shown here.", { names: listed(others) }) : gettext("This draft was also changed in another window. The changes are shown here."));
  }

  async press(filter, { keepsAddress = false, focus = this.view.hasFocus } = {}) {
    try {
      await this.data.press(filter);
      if (!keepsAddress) this.page.address(filter);
      this.status.announce(gettext("{list}: {rows}", { list: this.data.state.list.title, rows: countedRows(this.data.total) }));
      if (focus) this.view.focus();
    } catch (error) { this.status.failed(error); }
  }

  async nextProblem(back) {
    const { row, column } = this.view.active;
    const from = row === HEADER ? {} : { offset: row, ...(column < FIRST ? {} : { column: column - FIRST }) };
    try {
      const found = await this.data.ask("next", { query: this.data.query({ ...from, ...(back ? { back: 1 } : {}) }) });
      if (found.row === null) { this.status.announce(gettext("There is no row with a problem.")); return; }
      const isListed = found.offset !== null;
      if (!isListed) await this.press({ show: "all", code: "", field: "" });
      this.view.go(isListed ? found.offset : found.place, found.column < 0 ? OUTCOME : found.column + FIRST);
    } catch (error) { this.status.failed(error); }
  }

  cannotEdit() {
    const its = this.data.row(this.view.active.row);
    this.status.announce(its?.s === LEFT_OUT ? gettext("This row is left out. Restore it first.") : gettext("This column can't be edited: its header is there twice."));
  }

  // Undo or redo; what is being typed is kept first.
  step(op) {
    if (this.editor.isOpen) this.editor.commit();
    return this.edits.undo(op);
  }
}

const place = document.querySelector("[data-import-grid]");
const isWide = window.matchMedia("(min-width: 700px)");
isWide.addEventListener("change", () => window.location.reload());
if (place && isWide.matches) new Grid(place).start();
