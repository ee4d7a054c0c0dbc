// The rows of a draft as the server has them: a window of blocks, and the edits that are on their way.

import { BLOCK, BlockWindow, isOlder } from "./block-window.js";
import { gettext } from "../texts.js";

const DEBOUNCE_MS = 40;
const TRIES = 6;

export class Failed extends Error {
  constructor(sentence, { status = 0, reload = false } = {}) {
    super(sentence);
    this.status = status;
    this.reload = reload;
  }
}

const token = () =>
  document.cookie.match(/(?:^|;\s*)(?:__Host-|__Secure-)?csrftoken=([^;]+)/)?.[1] ??
  document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

const wait = (milliseconds) => new Promise((wake) => { setTimeout(wake, milliseconds); });

export class Data extends EventTarget {
  constructor(address, filter, list) {
    super();
    this.address = address;
    this.filter = filter;
    this.list = list; // when the filter was pressed: what was fixed since, row by row, stays in place
    this.inHand = new BlockWindow();
    this.asked = new Map(); // block number → AbortController
    this.pending = new Map(); // "row:column" → { value, state: "saving" | "failed", edit }
    this.failed = []; // edits that were not saved
    this.state = null;
    this.columns = [];
    this.total = 0;
    this.saving = Promise.resolve();
    this.waiting = 0;
    this.edition = 0; // grows whenever what is drawn may differ
  }

  tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  query(more = {}) {
    const { show, code, field } = this.filter;
    const known = this.state ? { list: this.state.list.rev, rev: this.state.rev, v: this.state.v, step: this.state.step } : { list: this.list };
    return Object.fromEntries(Object.entries({ show, code, field, ...known, ...more }).filter(([, value]) => value !== "" && value !== undefined && value !== null));
  }

  // One request; waits and tries again where the server says that it was too fast, or is busy.
  async ask(part, { method = "GET", query = {}, body, signal } = {}) {
    const address = `${this.address}${part}${method === "GET" ? `?${new URLSearchParams(query)}` : ""}`;
    const headers = { Accept: "application/json" };
    if (method !== "GET") Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": token() });
    for (let tried = 1; ; tried += 1) {
      const answer = await fetch(address, { method, headers, signal, redirect: "manual", body: body && JSON.stringify(body) });
      if (answer.type === "opaqueredirect") throw new Failed(gettext("You were signed out."), { status: 401 });
      // None where it may have been done: an undo that is sent again would be two.
      const pause = answer.headers.get("Retry-After") ?? (method === "GET" ? "1" : null);
      if (pause !== null && [429, 503].includes(answer.status) && tried < TRIES) { await wait(1000 * Number(pause)); continue; }
      const said = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (!answer.ok) throw new Failed(said.problem ?? gettext("The server could not do this."), { status: answer.status, reload: said.reload });
      return said;
    }
  }

  async start() {
    const answer = await this.ask("", { query: this.query({ columns: 1 }) });
    this.columns = answer.columns;
    this.take(answer);
    this.tell("pressed");
  }

  // Press a filter: its list is made anew.
  press(filter = this.filter) {
    return this.inTurn(async () => {
      this.filter = filter;
      const query = this.query();
      delete query.list;
      const answer = await this.ask("", { query });
      this.forget();
      this.take({ ...answer, rows: [] });
      this.tell("pressed");
    });
  }

  // Has somebody else changed the draft? A step that was begun meanwhile tells more.
  async refresh() {
    const before = this.state;
    if (this.waiting) return;
    const answer = await this.ask("", { query: this.query() });
    if (this.state === before && !this.waiting) this.take(answer);
  }

  forget() {
    for (const request of this.asked.values()) request.abort();
    this.asked.clear();
    this.inHand.clear();
    this.edition += 1;
  }

  take(answer) {
    const before = this.state;
    if (before && before.shape !== answer.shape) { this.tell("stale"); return; }
    this.state = answer;
    this.total = answer.list.total;
    this.columns.forEach((column, place) => { column.problems = answer.problems[place]; });
    if (answer.rows === null) this.forget();
    else this.inHand.replace(answer.rows);
    if (before && before.list.rev !== answer.list.rev) this.forget();
    this.edition += 1;
    this.tell("change", { others: answer.others });
  }

  hold(offset) { this.inHand.hold(offset); }

  row(offset) { return this.inHand.row(offset); }

  // The value of a cell as it is shown: what was typed counts before what is saved.
  value(row, column) { return this.pending.get(`${row.n}:${column}`)?.value ?? row.v[column] ?? ""; }

  // Ask for the blocks of these rows, once scrolling has paused, and for no others any more.
  need(first, last) {
    const wanted = this.inHand.missing(first, last, this.total);
    for (const [block, request] of this.asked) {
      if (!wanted.has(block)) { request.abort(); this.asked.delete(block); }
    }
    clearTimeout(this.timer);
    if (wanted.size) this.timer = setTimeout(() => this.loadAll(wanted), DEBOUNCE_MS);
  }

  loadAll(wanted) {
    for (const block of wanted) if (!this.asked.has(block) && !this.inHand.has(block)) this.load(block);
  }

  async load(block) {
    const request = new AbortController();
    this.asked.set(block, request);
    try {
      let answer = await this.window(block * BLOCK, BLOCK, request.signal);
      while (isOlder(answer.v, this.state.v)) answer = await this.window(block * BLOCK, BLOCK, request.signal);
      if (this.asked.get(block) === request) this.keep(block, answer.rows);
    } catch (error) {
      if (error.name !== "AbortError") this.tell("failed", error);
    } finally {
      if (this.asked.get(block) === request) this.asked.delete(block);
    }
  }

  keep(block, rows) {
    this.inHand.keep(block, rows);
    this.edition += 1;
    this.tell("rows");
  }

  async window(offset, limit, signal) {
    const answer = await this.ask("rows", { query: this.query({ offset, limit }), signal });
    if (answer.list === this.state.list.rev) return answer;
    await this.press(); // the server has forgotten the list
    return this.window(offset, limit, signal);
  }

  // Rows for copying: those in hand, and the others in windows of 500. They are not kept.
  async range(first, last) {
    const rows = [];
    for (let offset = first; offset <= last;) {
      const here = this.row(offset);
      if (here) { rows.push(here); offset += 1; continue; }
      const more = await this.window(offset, Math.min(500, last - offset + 1));
      if (!more.rows.length) break;
      rows.push(...more.rows);
      offset += more.rows.length;
    }
    return rows;
  }

  has(first, last) {
    for (let offset = first; offset <= last; offset += 1) if (!this.row(offset)) return false;
    return true;
  }

  // Save cells: [[row, column, value], …], or a body for the server to work out. Shown at once, saved one after the other.
  save(cells, body) {
    const edit = { cells, body };
    for (const [row, column, value] of cells) this.pending.set(`${row}:${column}`, { value, state: "saving", edit });
    this.edition += 1;
    return this.send(edit);
  }

  send(edit) {
    const { part = "cells", method = "PATCH", ...body } = edit.body ?? { cells: edit.cells };
    return this.step(async () => {
      try {
        const answer = await this.ask(part, { method, body: { ...this.query(), ...body } });
        this.settle(edit, null);
        this.take(answer);
        return answer;
      } catch (error) {
        this.settle(edit, error);
        throw error;
      }
    });
  }

  settle(edit, error) {
    const isOurs = (kept) => kept?.edit === edit;
    for (const [row, column] of edit.cells) {
      const key = `${row}:${column}`;
      if (!isOurs(this.pending.get(key))) continue;
      if (error && error.status !== 422) this.pending.get(key).state = "failed";
      else this.pending.delete(key);
    }
    if (!error || error.status === 422) return;
    this.failed.push(edit);
    this.edition += 1;
    this.tell("change", {});
  }

  // Send again what was not saved.
  async retry() {
    const again = this.failed.splice(0);
    for (const edit of again) {
      for (const [row, column] of edit.cells) {
        const kept = this.pending.get(`${row}:${column}`);
        if (kept?.edit === edit) kept.state = "saving";
      }
      await this.send(edit);
    }
  }

  // Do one step of the server: undo, redo, a range, a fix.
  op(body) {
    return this.step(async () => {
      const answer = await this.ask("ops", { method: "POST", body: { ...this.query(), ...body } });
      this.take(answer);
      return answer;
    });
  }

  // Something that changes the draft. It is told when it begins, so that the page says that it is on its way.
  step(work) {
    this.waiting += 1;
    const result = this.inTurn(() => work().finally(() => { this.waiting -= 1; this.tell("change", {}); }));
    this.tell("change", {});
    return result;
  }

  // One thing after the other: each needs to know what the one before came to.
  inTurn(work) {
    const result = this.saving.then(work);
    this.saving = result.catch(() => undefined);
    return result;
  }
}
