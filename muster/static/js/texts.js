// What scripts say, in the language of the page: its catalogue stands in the page, and English is the key of each text.

const root = globalThis.document?.documentElement;
const shown = globalThis.document?.getElementById?.("texts");
const { texts, plurals } = shown ? JSON.parse(shown.textContent) : { texts: {}, plurals: null };

// Numbers in the digits that the server writes, in every language.
export const locale = `${root?.lang || "en"}-u-nu-latn`;
export const number = new Intl.NumberFormat(locale, { useGrouping: "always" });
export const listed = (words) => new Intl.ListFormat(locale).format(words);

const fact = (value) => (typeof value === "number" ? number.format(value) : value);
const filled = (text, facts) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? fact(facts[name]) : whole));

// Which form of a text goes with a count: rules look at the last two digits, or at whole millions.
export function formOf(count, { first, million }) {
  if (count && count % 1_000_000 === 0) return million;
  return first[count < first.length ? count : 100 + (count % 100)];
}

// The text with its facts by name; those that are numbers as the language writes them.
export const gettext = (english, facts = {}) => filled(texts[english] ?? english, facts);

export function ngettext(one, several, count, facts = {}) {
  const text = texts[one]?.[formOf(count, plurals)] ?? (count === 1 ? one : several);
  return filled(text, { count, ...facts });
}

// A text with elements in the places that have their names.
export const pieces = (text, elements) =>
  text.split(/\{(\w+)\}/).map((part, place) => (place % 2 ? elements[part] : part));

export const countedRows = (count) => ngettext("{count} row", "{count} rows", count);
export const countedColumns = (count) => ngettext("{count} column", "{count} columns", count);
export const countedCells = (count) => ngettext("{count} cell", "{count} cells", count);
export const countedProblems = (count) => ngettext("{count} problem", "{count} problems", count);
