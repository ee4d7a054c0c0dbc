// @ts-check
// Which rows of a list are in hand: blocks of a hundred, of which the least recently used are forgotten.

export const BLOCK = 100;
const BLOCKS_KEPT = 20;

/** @typedef {{n: number}} Row a row of the file, `n` its number there */

export class BlockWindow {
  constructor() {
    /** @type {Map<number, Row[]>} block number → rows, least recently used first */
    this.blocks = new Map();
    /** @type {number | undefined} */
    this.held = undefined;
  }

  clear() { this.blocks.clear(); }

  /**
   * The row that has the focus is never forgotten.
   * @param {number} offset
   */
  hold(offset) { this.held = Math.floor(offset / BLOCK); }

  /** @param {number} offset */
  row(offset) { return this.blocks.get(Math.floor(offset / BLOCK))?.[offset % BLOCK]; }

  /** @param {number} block */
  has(block) { return this.blocks.has(block); }

  /**
   * The blocks that these rows, and the one with the focus, still need; those in hand count as used last.
   * @param {number} first
   * @param {number} last
   * @param {number} total
   * @returns {Set<number>}
   */
  missing(first, last, total) {
    /** @type {Set<number>} */
    const missing = new Set();
    const seen = this.held !== undefined && this.held >= 0 && this.held * BLOCK < total ? [this.held] : [];
    for (let block = Math.floor(first / BLOCK); block <= Math.floor(Math.min(last, total - 1) / BLOCK); block += 1) seen.push(block);
    for (const block of seen) {
      const rows = this.blocks.get(block);
      if (!rows) { missing.add(block); continue; }
      this.blocks.delete(block);
      this.blocks.set(block, rows);
    }
    return missing;
  }

  /**
   * Keep a block; forget those that were not used for longest.
   * @param {number} block
   * @param {Row[]} rows
   */
  keep(block, rows) {
    this.blocks.set(block, rows);
    const oldest = [...this.blocks.keys()].filter((each) => each !== this.held);
    for (const each of oldest.slice(0, Math.max(0, this.blocks.size - BLOCKS_KEPT))) this.blocks.delete(each);
  }

  /**
   * Put rows in the place of those with their numbers.
   * @param {Row[]} rows
   */
  replace(rows) {
    const fresh = new Map(rows.map((row) => [row.n, row]));
    for (const block of this.blocks.values()) {
      block.forEach((row, place) => { block[place] = fresh.get(row.n) ?? row; });
    }
  }
}

/**
 * Whether rows were read before the step that the grid knows of: the answers overtook each other.
 * @param {string} version
 * @param {string} than
 */
export function isOlder(version, than) {
  const [name, count] = version.split("-");
  const [known, most] = than.split("-");
  return name === known && Number(count) < Number(most);
}
