// @ts-check
// Places in the grid: rows count from 0, the row of headers is -1, and two columns stand before those of the file.

export const ROW_NUMBER = 0, OUTCOME = 1, FIRST = 2; // the columns before those of the file
export const HEADER = -1; // the row of the headers

/** @typedef {{row: number, column: number}} Place */
/** @typedef {{top: number, bottom: number, left: number, right: number}} Span columns of the file, or of the grid */

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * Where a key goes from a cell, or null when it does not move.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean}} event
 * @param {Place} from
 * @param {{lastRow: number, lastColumn: number, page: number, way?: number}} view way: -1 where columns go from right to left
 * @returns {[number, number] | null}
 */
export function destination({ key, ctrlKey, metaKey }, { row, column }, view) {
  const far = ctrlKey || metaKey;
  if (Object.hasOwn(STEPS, key)) {
    const [down, toTheRight] = STEPS[/** @type {keyof typeof STEPS} */ (key)], right = toTheRight * (view.way ?? 1);
    if (!far) return [row + down, column + right];
    if (down) return [down < 0 ? 0 : view.lastRow, column];
    return [row, right < 0 ? FIRST : view.lastColumn];
  }
  if (key === "Home") return far ? [0, FIRST] : [row, FIRST];
  if (key === "End") return far ? [view.lastRow, view.lastColumn] : [row, view.lastColumn];
  if (key === "PageDown") return [Math.min(view.lastRow, row + view.page), column];
  if (key === "PageUp") return [Math.max(0, row - view.page), column];
  return null;
}

/**
 * The range between two cells, without the row of headers.
 * @param {Place} anchor
 * @param {Place} active
 * @returns {Span & {rows: number, columns: number}}
 */
export function between(anchor, active) {
  const top = Math.max(0, Math.min(anchor.row, active.row)), bottom = Math.max(anchor.row, active.row);
  const left = Math.min(anchor.column, active.column), right = Math.max(anchor.column, active.column);
  return { top, bottom, left, right, rows: bottom - top + 1, columns: right - left + 1 };
}

/**
 * The columns of the file in a range, counted from 0, or null where it has none.
 * @param {Span} range
 * @returns {Span | null}
 */
export function inFile({ top, bottom, left, right }) {
  return right < FIRST ? null : { top, bottom, left: Math.max(left, FIRST) - FIRST, right: right - FIRST };
}

/**
 * What does not fit when a block is pasted at a place, in rows and columns.
 * @param {string[][]} values
 * @param {{top: number, left: number}} at
 * @param {{rows: number, columns: number}} room
 */
export function over(values, at, room) {
  return { rows: Math.max(0, at.top + values.length - room.rows), columns: Math.max(0, at.left + values[0].length - room.columns) };
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
export const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
