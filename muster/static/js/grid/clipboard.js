// Copy, cut and paste, to and from spreadsheets, by the clipboard's own events: no permission is asked for.

const FORMULA = /^'*[=@+\-\t\r]/;
const NUMBER = /^[+-][\d\s().-]*\d$/;

// As in every download: what a spreadsheet would take for a formula gets an apostrophe, which reading takes away.
const safe = (text) => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);
const quoted = (text) => (/[\t\r\n]|^"/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const format = (values, guard = safe) => values.map((row) => row.map((cell) => quoted(guard(cell))).join("\t")).join("\r\n");

// Cells that hold tabs, line breaks or quotes come in double quotes. Quotes that are just text stay.
export function parse(text) {
  const rows = [[]];
  const cell = /"((?:[^"]|"")*)"(?=\t|\r\n|\n|\r|$)|([^\t\r\n]*)/y;
  let at = 0;
  while (at <= text.length) {
    cell.lastIndex = at;
    const [whole, inQuotes] = cell.exec(text);
    const isQuoted = inQuotes !== undefined && /[\t\r\n]|""/.test(inQuotes);
    rows.at(-1).push(isQuoted ? inQuotes.replaceAll('""', '"').replaceAll("\r\n", "\n") : whole);
    at += whole.length;
    if (at >= text.length) break;
    if (text[at] === "\t") { at += 1; continue; }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    if (at >= text.length) break; // the line break at the end is no row
    rows.push([]);
  }
  return rows;
}

// The same number of cells in every row.
export function square(rows) {
  const width = Math.max(...rows.map((row) => row.length));
  return rows.map((row) => [...row, ...Array(width - row.length).fill("")]);
}

export class Clipboard {
  constructor(view, editor, does) {
    this.editor = editor;
    this.does = does;
    this.last = { plain: null, raw: null };
    for (const name of ["copy", "cut", "paste"]) {
      view.scroller.addEventListener(name, (event) => { if (!editor.isOpen) { event.preventDefault(); this[name](event); } });
    }
  }

  // Rows in hand are copied at once; for others the clipboard is promised what is being fetched.
  copy(event) {
    const values = this.does.values();
    if (!(values instanceof Promise)) { event.clipboardData.setData("text/plain", this.written(values)); return; }
    const text = values.then((found) => new Blob([this.written(found)], { type: "text/plain" }));
    navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]).catch(() => this.does.notCopied());
  }

  written(values) {
    this.last = { plain: format(values), raw: format(values, (text) => text) };
    return this.last.plain;
  }

  cut(event) {
    this.copy(event);
    this.does.cut();
  }

  paste(event) {
    const plain = event.clipboardData.getData("text/plain");
    if (!plain) { this.does.nothingToPaste(); return; }
    this.does.paste(square(parse(plain.replaceAll("\r\n", "\n") === this.last.plain?.replaceAll("\r\n", "\n") ? this.last.raw : plain)));
  }
}
