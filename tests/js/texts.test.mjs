// The texts of scripts: English by itself, and in a language whose catalogue stands in the page.

import assert from "node:assert/strict";
import test from "node:test";

const ARABIC = (n) => (n <= 2 ? n : n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 >= 11 ? 4 : 5);
const plurals = { first: Array.from({ length: 200 }, (_, n) => ARABIC(n)), million: ARABIC(1_000_000) };

// A module of its own for each page, as each has its language.
async function inPage(lang, catalogue) {
  const block = catalogue && { textContent: JSON.stringify(catalogue) };
  globalThis.document = { documentElement: { lang }, getElementById: (id) => (id === "texts" ? block : null) };
  return import(`../../muster/static/js/texts.js?${lang}`);
}

test("without a catalogue it says the English texts, with their facts", async () => {
  const { gettext, ngettext } = await inPage("en");
  assert.equal(gettext("Undone: {step}", { step: "{count} cells" }), "Undone: {count} cells");
  assert.equal(ngettext("{count} row", "{count} rows", 1), "1 row");
  assert.equal(ngettext("{count} row", "{count} rows", 12_345), "12,345 rows");
});

test("with a catalogue it says what it has, and English for the rest", async () => {
  const forms = ["zero", "one", "two", "{count} few", "{count} many", "{count} other"];
  const { gettext, ngettext } = await inPage("ar", { texts: { "{count} row": forms, Saved: "SAVED" }, plurals });
  assert.deepEqual([gettext("Saved"), gettext("Retry")], ["SAVED", "Retry"]);
  const said = [0, 1, 2, 3, 11, 100, 103, 2_511, 1_000_000].map((count) => ngettext("{count} row", "{count} rows", count));
  assert.deepEqual(said, ["zero", "one", "two", "3 few", "11 many", "100 other", "103 few", "2,511 many", "1,000,000 other"]);
});

test("numbers are written as the server writes them", async () => {
  const { number } = await inPage("de");
  assert.equal(number.format(1_234.5), "1.234,5");
});

test("elements stand in the places that have their names", async () => {
  const { pieces } = await inPage("fr");
  assert.deepEqual(pieces("{after}, before: {before}.", { before: 1, after: 2 }), ["", 2, ", before: ", 1, "."]);
});
