// Small things every page may use: the error summary takes focus, passwords can be shown,
// a form is sent once, and a <button data-copy="text"> copies.

import { gettext, locale } from "./texts.js";

document.querySelector(".error-summary")?.focus();

// A paste that went through leads to a page of its own: what was kept of it, should the session have ended, can go.
if (document.querySelector(".team-switcher") && !document.querySelector("form[data-paste]")) sessionStorage.removeItem("muster-paste");

for (const button of document.querySelectorAll("button[data-show-password]")) {
  const input = document.getElementById(button.dataset.showPassword);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.querySelector("[data-copy-label]") ?? button;
    const before = label.textContent;
    label.textContent = gettext("Copied");
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}

for (const control of document.querySelectorAll("[data-submit-on-change]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});

// A button ticks every box of the page; pressed again, none.
document.addEventListener("click", (event) => {
  const wanted = event.target.closest("[data-tick-all]")?.dataset.tickAll;
  if (!wanted) return;
  const boxes = [...document.querySelectorAll(wanted)];
  const ticked = !boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = ticked;
});

// Buttons that a script makes needless: their form sends itself on change.
for (const part of document.querySelectorAll("[data-no-script-only]")) part.hidden = true;

// Times in the reader's own zone, the zone named, written as the server writes them; beside them how long ago, where recent.
const language = document.documentElement.lang === "en" ? "en-GB" : locale;
const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const sinceThen = (at) => {
  const minutes = Math.round((at - Date.now()) / 60_000);
  if (Math.abs(minutes) < 60) return ago.format(minutes, "minute");
  return Math.abs(minutes) < 24 * 60 ? ago.format(Math.round(minutes / 60), "hour") : "";
};
for (const time of document.querySelectorAll("time[data-local]")) {
  const at = new Date(time.dateTime);
  const day = { day: "numeric", month: "short", year: "numeric" };
  time.title = at.toLocaleString(language, { dateStyle: "full", timeStyle: "long" });
  time.textContent = at.toLocaleString(language, { ...day, hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  const told = "short" in time.dataset ? sinceThen(at) : "";
  if (told) time.append(Object.assign(document.createElement("span"), { className: "hint block", textContent: told }));
}
