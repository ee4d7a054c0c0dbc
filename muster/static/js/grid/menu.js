// A small menu at a cell: arrows move, typing finds, Esc and a click elsewhere close.

import { make } from "./dom.js";

let open = null;

export function closeMenu() { open?.(); }

// `items`: { text, hint, does, off } or null for a line between.
export function showMenu(label, items, at, back) {
  closeMenu();
  const menu = make("div", { class: "menu-panel grid-menu", role: "menu", "aria-label": label });
  const choose = (item) => { close(); back(); item.does(); };
  for (const item of items) {
    if (!item) { menu.append(make("hr", { role: "separator" })); continue; }
    const text = make("span", { class: "menu-item-text", text: item.text });
    if (item.hint) text.append(make("span", { class: "hint", text: item.hint }));
    menu.append(make("button", { type: "button", class: "menu-item", role: "menuitem", tabindex: "-1", "aria-disabled": item.off ? "true" : undefined,
      onclick: () => { if (!item.off) choose(item); } }, text));
  }
  const close = () => { menu.remove(); document.removeEventListener("pointerdown", outside, true); open = null; };
  const outside = (event) => { if (!menu.contains(event.target)) close(); };
  menu.addEventListener("keydown", (event) => onKey(event, menu, () => { close(); back(); }));
  menu.addEventListener("focusout", (event) => { if (event.relatedTarget && !menu.contains(event.relatedTarget)) close(); });
  document.body.append(menu);
  place(menu, at.getBoundingClientRect());
  document.addEventListener("pointerdown", outside, true);
  open = close;
  menu.querySelector("[role=menuitem]").focus();
}

function place(menu, box) {
  const { offsetWidth, offsetHeight } = menu;
  const left = Math.max(8, Math.min(box.left, window.innerWidth - offsetWidth - 8));
  const below = box.bottom + 4 + offsetHeight <= window.innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - offsetHeight - 4)}px`;
}

function onKey(event, menu, leave) {
  const all = [...menu.querySelectorAll("[role=menuitem]")];
  const here = all.indexOf(document.activeElement);
  const { key } = event;
  if (key === "Escape" || key === "Tab") leave();
  else if (key === "ArrowDown") all[(here + 1) % all.length].focus();
  else if (key === "ArrowUp") all[(here - 1 + all.length) % all.length].focus();
  else if (key === "Home") all[0].focus();
  else if (key === "End") all.at(-1).focus();
  else if (key.length === 1 && key !== " ") [...all.slice(here + 1), ...all].find((item) => item.textContent.toLowerCase().startsWith(key.toLowerCase()))?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
