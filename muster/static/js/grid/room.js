// Room for the grid: the panel of causes folds, the page's head can step aside, and a link leads past it all to the rows.

import { icon, make } from "./dom.js";
import { gettext } from "../texts.js";

const KEPT = "muster.review-panel"; // for as long as the tab is open: a change of an option loads the page anew

export class Room {
  constructor(view) {
    this.view = view;
    this.review = document.querySelector(".review");
    this.toggle = document.querySelector("[data-panel]");
    this.toggle.hidden = false;
    this.toggle.addEventListener("click", () => this.fold(this.isOpen));
    this.full = make("button", { type: "button", class: "button small", "aria-label": gettext("Full screen"), title: gettext("Full screen (F on a header, on a row's number, or outside the grid)"), onclick: () => this.fill() }, icon("full"));
    document.querySelector("a[href='#rows']").addEventListener("click", (event) => { event.preventDefault(); view.focus(); });
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.fold(window.sessionStorage.getItem(KEPT) !== "open");
    this.fill(false);
  }

  get isOpen() { return this.review.classList.contains("has-panel"); }

  fold(isFolded) {
    this.review.classList.toggle("has-panel", !isFolded);
    this.toggle.setAttribute("aria-expanded", String(!isFolded));
    window.sessionStorage.setItem(KEPT, isFolded ? "folded" : "open");
    this.view.fit();
  }

  // The header and the title go, or come back.
  fill(isFull = !document.body.classList.contains("is-full")) {
    document.body.classList.toggle("is-full", isFull);
    this.full.setAttribute("aria-pressed", String(isFull));
    this.view.fit();
  }

  // In a cell of the file a letter begins an edit: there the button and the list of keys say how else.
  onKey(event) {
    const isTyped = event.target.closest("input, select, textarea, dialog, [role=gridcell]:not([aria-colindex='2'])");
    if (event.key !== "f" || event.ctrlKey || event.metaKey || event.altKey || isTyped) return;
    event.preventDefault();
    this.fill();
  }
}
