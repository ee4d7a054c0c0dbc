// Copy & Paste: a line that says what the pasted text looks like, counted as the server counts it, nearly.

const form = document.querySelector("form[data-paste]");
const box = form.querySelector("textarea");
const looks = form.querySelector("[data-paste-looks]");
const mostRows = Number(form.dataset.maxRows);
const names = { "\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe" };
const number = new Intl.NumberFormat("en");

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
  if (columns < 2 || !/FirstName|First ?name|Id\b/i.test(first)) return "No header row found yet. The first row must hold the field names.";
  if (rows > mostRows) return `You pasted ${number.format(rows)} rows. The limit is ${number.format(mostRows)}. Remove ${number.format(rows - mostRows)}, or upload a file instead.`;
  return `Looks like ${number.format(rows)} row${rows === 1 ? "" : "s"}, ${columns} columns, ${names[delimiter]} separated.`;
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
