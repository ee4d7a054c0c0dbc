// What stands around the grid: chips, the panel of causes, undo and redo, what is ready. All of it follows every edit.

import { make } from "./dom.js";
import { countedRows, gettext, ngettext, number } from "../texts.js";

const CAUSES_PAUSE_MS = 400;
const LEFT_OUT = "left-out";

const filterOf = (link) => {
  const query = new URL(link.href).searchParams;
  return { show: query.get("show") ?? "all", code: query.get("code") ?? "", field: query.get("field") ?? "" };
};

export class Page {
  constructor(data, does) {
    this.data = data;
    this.does = does;
    this.chips = document.querySelector(".filter-chips");
    this.causes = document.getElementById("review-causes");
    this.title = document.getElementById("rows-title");
    this.isPressed = false; // somebody's finger is on a fix: a click on what is replaced meanwhile goes nowhere
    this.causes.addEventListener("pointerdown", () => { this.isPressed = true; });
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(() => { this.isPressed = false; }));
    document.addEventListener("click", (event) => this.onClick(event));
    document.addEventListener("submit", (event) => this.onSubmit(event));
    window.addEventListener("popstate", () => this.does.press(filterOf(window.location), { keepsAddress: true }));
  }

  onClick(event) {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const query = new URL(link.href).searchParams;
    if (link.closest(".filter-chips, #review-causes, .review-bar") && link.getAttribute("href").startsWith("?")) this.does.press(filterOf(link));
    else if (query.get("fix") === "replace" && link.pathname.endsWith("/fix/")) this.does.find();
    else if (query.has("fix") && link.pathname.endsWith("/fix/")) this.does.fix({ fix: query.get("fix"), header: "", filter: filterOf(link), typed: {} });
    else return;
    event.preventDefault();
  }

  onSubmit(event) {
    const path = new URL(event.target.action, window.location).pathname;
    if (path.endsWith("/undo-step")) this.does.undo();
    else if (path.endsWith("/redo-step")) this.does.redo();
    else return;
    event.preventDefault();
  }

  // After every answer of the server.
  update() {
    const { counts, undo, redo, list } = this.data.state;
    for (const [show, count] of Object.entries(counts)) this.updateChip(show, count, list);
    this.step("/undo-step", undo && gettext("Undo: {step}", { step: undo }));
    this.step("/redo-step", redo && gettext("Redo: {step}", { step: redo }));
    this.updateReady(counts);
    for (const { series, x, width } of this.data.state.bar ?? []) {
      const part = document.querySelector(`.bottom-bar .sum-bar .${series}`);
      part?.setAttribute("x", x);
      part?.setAttribute("width", width);
    }
    const rows = countedRows(list.total);
    this.title.classList.toggle("visually-hidden", !this.data.filter.code && !this.data.filter.field); // else a chip says it
    this.title.replaceChildren(list.title, " ", make("span", { class: "muted", text: rows }));
    const fixing = document.querySelector(".review-bar .cluster");
    if (fixing) fixing.hidden = !list.total;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drawCauses(), CAUSES_PAUSE_MS);
  }

  updateChip(show, count, list) {
    let chip = [...this.chips.children].find((each) => filterOf(each).show === show);
    if (!chip && show === LEFT_OUT && count) {
      chip = make("a", { class: "filter-chip", href: `?show=${LEFT_OUT}` }, this.chips.dataset.leftOut + " ", make("span", { class: "count" }));
      this.chips.append(chip);
    }
    if (!chip) return;
    chip.querySelector(".count").textContent = number.format(count);
    const tone = { problems: "problem", warnings: "warning" }[show];
    if (tone) chip.classList.toggle(tone, count > 0);
    if (list.show === show) chip.setAttribute("aria-current", "true"); else chip.removeAttribute("aria-current");
  }

  step(path, told) {
    const button = document.querySelector(`form[action$="${path}"] button`);
    if (!button) return;
    button.disabled = !told;
    button.title = told || "";
  }

  updateReady(counts) {
    const out = counts.problems + counts[LEFT_OUT], ready = counts.all - out;
    const bar = document.querySelector(".bottom-bar");
    bar.querySelector("p").replaceChildren(make("strong", { text: ngettext("{count} row ready", "{count} rows ready", ready) }), out ? make("span", { class: "muted", text: " · " + ngettext("{count} will be left out", "{count} will be left out", out) }) : "");
    let link = bar.querySelector("a.primary");
    if (!link && ready) {
      link = make("a", { class: "button primary", href: `${window.location.pathname}confirm/`, "data-confirm": "" });
      bar.querySelector(".cluster").append(link);
    }
    if (!link) return;
    link.hidden = !ready;
    link.textContent = counts.new + counts.updates ? ngettext("Import {count} contact", "Import {count} contacts", ready) : gettext("Finish without a change");
  }

  async drawCauses() {
    const answer = await fetch(`${this.data.address}causes?${new URLSearchParams(this.data.query())}`, { redirect: "manual" }).catch(() => null);
    if (!answer?.ok || !answer.headers.get("Content-Type").startsWith("text/html")) return;
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (drawn.body.innerHTML.trim() === this.causes.innerHTML.trim()) return;
    while (this.isPressed) await new Promise((done) => { setTimeout(done, CAUSES_PAUSE_MS); });
    const focused = this.causes.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    this.causes.replaceChildren(...[...drawn.body.childNodes].map((child) => document.adoptNode(child)));
    this.data.tell("moved"); // the bar of the active cell offers these fixes too
    if (focused) [...this.causes.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  }

  // The fixes that the panel offers for a cause, and for how many rows.
  fixesFor(code, field) {
    const cause = [...this.causes.querySelectorAll(".cause")].find(({ dataset }) => dataset.code === code && dataset.field === (field ?? ""));
    if (!cause) return { rows: 0, links: [] };
    const links = [...cause.querySelectorAll("a[href*='fix=']")].map((link) => make("a", { href: link.href, text: link.firstChild.textContent }));
    return { rows: Number(cause.dataset.rows), links };
  }

  // Keep the address that shows this filter, so that Back and reload work.
  address({ show, code, field }, { isFirst = false } = {}) {
    const query = new URLSearchParams(Object.entries({ show, code, field }).filter(([, value]) => value));
    window.history[isFirst ? "replaceState" : "pushState"](null, "", `?${query}`);
  }
}
