// @ts-check
// The text of a clipboard, as spreadsheets write and read it.

const EDGES = "\\s\\x1c-\\x1f\\x85\\u200b-\\u200f\\u2060\\ufeff\\u202a-\\u202e\\u2066-\\u2069"; // white space, and what cannot be seen
const FORMULA = new RegExp(`^'*(?:[\\t\\r\\n\\ufeff]|[${EDGES}]*[=@+\\-\uff1d\uff20\uff0b\uff0d])`);
const NUMBER = new RegExp(`^[${EDGES}]*[+-][\\d\\s().-]*\\d[${EDGES}]*$`);

/**
 * As in every download: what a spreadsheet would take for a formula gets an apostrophe, which reading takes away.
 * @param {string} text
 */
export const safe = (text) => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);

/** @param {string} text */
const quoted = (text) => (/[\t\r\n]|^"/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * Rows of cells as text, each cell as `guard` gives it.
 * @param {string[][]} values
 * @param {(text: string) => string} guard
 */
export const format = (values, guard = safe) => values.map((row) => row.map((cell) => quoted(guard(cell))).join("\t")).join("\r\n");

/**
 * Text as rows of cells. Cells that hold tabs, line breaks or quotes come in double quotes. Quotes that are just text stay.
 * @param {string} text
 * @returns {string[][]}
 */
export function parse(text) {
  /** @type {string[][]} */
  const rows = [[]];
  const cell = /"((?:[^"]|"")*)"(?=\t|\r\n|\n|\r|$)|([^\t\r\n]*)/y;
  let at = 0;
  while (at <= text.length) {
    cell.lastIndex = at;
    const [whole, inQuotes] = /** @type {RegExpExecArray} */ (cell.exec(text)); // the second half matches everywhere
    const isQuoted = inQuotes !== undefined && /[\t\r\n]|""/.test(inQuotes);
    rows[rows.length - 1].push(isQuoted ? inQuotes.replaceAll('""', '"').replaceAll("\r\n", "\n") : whole);
    at += whole.length;
    if (at >= text.length) break;
    if (text[at] === "\t") { at += 1; continue; }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    if (at >= text.length) break; // the line break at the end is no row
    rows.push([]);
  }
  return rows;
}

/**
 * The same number of cells in every row.
 * @param {string[][]} rows
 * @returns {string[][]}
 */
export function square(rows) {
  const width = Math.max(...rows.map((row) => row.length));
  return rows.map((row) => [...row, ...Array(width - row.length).fill("")]);
}
