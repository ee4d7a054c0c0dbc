// How wide columns are: as what they hold asks, until somebody drags their edge or asks for more or less.

import { belowName } from "./cells.js";
import { FIRST, OUTCOME, ROW_NUMBER } from "./places.js";
import { gettext } from "../texts.js";

const SAMPLE = 100; // rows that say how wide columns are
const CHARACTER = 8; // pixels, near enough
const BOLD = 8.5; // of headers, which have many capitals
const NARROWEST = 112, WIDEST = 280, WIDEST_HEADER = 300;
const LEAST = 48, MOST = 900; // by hand
const PINNED_SHARE = 0.6; // of the window on the rows, at most

// How many characters a cell shows, with what is written beside its text.
function lengthOf(row, place) {
  const [before, after, kind] = row.b?.[place] ?? [];
  const text = row.v[place] ?? "";
  if (kind === "inferred") return after.length + 11;
  return text.length + (kind && before !== after ? 3 + (before || gettext("blank")).length : 0) + (row.e[place] ? 2 : 0);
}

export class Widths {
  constructor(data) {
    this.data = data;
    this.byHand = new Map(); // place of the column in the file → pixels
  }

  // Columns: the row's number, what happens, then those of the file.
  all() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const asked = this.data.columns.map((column, place) => this.byHand.get(place) ?? Math.round(this.of(column, place) * rem));
    return [Math.round(72 * rem), Math.round(132 * rem), ...asked];
  }

  of(column, place) {
    const { header, width } = column;
    const asked = Math.max(64 + BOLD * header.length, 46 + CHARACTER * belowName(column).length);
    const head = Math.max(NARROWEST, Math.min(asked, WIDEST_HEADER));
    const plain = [], marked = [0];
    for (let row = 0; row < SAMPLE && this.data.row(row); row += 1) {
      const its = this.data.row(row);
      (its.e[place] || its.b?.[place] ? marked : plain).push(lengthOf(its, place));
    }
    if (!plain.length && marked.length === 1) return Math.max(width, head);
    const usual = plain.sort((one, other) => one - other)[Math.floor(plain.length * 0.95)] ?? 0;
    return Math.max(head, Math.min(28 + CHARACTER * Math.max(usual, ...marked), WIDEST));
  }

  set(column, width) {
    if (column >= FIRST) this.byHand.set(column - FIRST, Math.max(LEAST, Math.min(MOST, Math.round(width))));
  }

  // The columns that stay in sight when rows scroll sideways, and where each of them stops.
  pinned(widths, room) {
    const found = new Map([[ROW_NUMBER, 0]]);
    let end = widths[ROW_NUMBER];
    for (let column = OUTCOME + 1; column < widths.length; column += 1) {
      if (!this.data.columns[column - FIRST].pinned || end + widths[column] > room * PINNED_SHARE) continue;
      found.set(column, end);
      end += widths[column];
    }
    return found;
  }
}
