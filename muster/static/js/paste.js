// Copy & Paste: a line that says what the pasted text looks like, counted as the server counts it, nearly.

import { countedColumns, countedRows, gettext, ngettext } from "./texts.js";

const form = document.querySelector("form[data-paste]");
const box = form.querySelector("textarea");
const looks = form.querySelector("[data-paste-looks]");
const mostRows = Number(form.dataset.maxRows);
const names = { "\t": gettext("tab separated"), ",": gettext("comma separated"), ";": gettext("semicolon separated"), "|": gettext("pipe separated") };

function records(text) {
  let count = 0, open = false, hasText = false;
  for (const char of text) {
    if (char === '"') { open = !open; hasText = true; }
    else if (char === "\n" && !open) { count += hasText; hasText = false; }
    else if (char.trim()) hasText = true;
  }
  return count + hasText;
}

function describe(text) {
  if (!text.trim()) return "";
  const first = text.split(/\r?\n/).find((line) => line.trim());
  const delimiter = Object.keys(names).reduce((best, each) => (first.split(each).length > first.split(best).length ? each : best), "\t");
  const columns = first.split(delimiter).length;
  const rows = records(text) - 1;
  if (columns < 2 || !/FirstName|First ?name|Id\b/i.test(first)) return gettext("No header row found yet. The first row must hold the field names.");
  if (rows > mostRows) return ngettext("You pasted {count} row. The limit is {limit}. Remove {over}, or upload a file instead.", "You pasted {count} rows. The limit is {limit}. Remove {over}, or upload a file instead.", rows, { limit: mostRows, over: rows - mostRows });
  // Translators: "Looks like 3 rows, 4 columns, comma separated."
  return gettext("Looks like {rows}, {columns}, {separated}.", { rows: countedRows(rows), columns: countedColumns(columns), separated: names[delimiter] });
}

// What was typed or pasted outlives signing in anew: kept in this tab, for this person, until a paste went through.
const kept = "muster-paste";
const person = form.dataset.person;
form.addEventListener("submit", () => {
  try { sessionStorage.setItem(kept, JSON.stringify({ person, text: box.value })); } catch { /* too long to keep */ }
});
const before = JSON.parse(sessionStorage.getItem(kept) ?? "null");
if (!box.value && before?.person === person) box.value = before.text;

let timer;
function later() {
  clearTimeout(timer);
  timer = setTimeout(() => { looks.textContent = describe(box.value); }, 200);
}
box.addEventListener("input", later);
later();
