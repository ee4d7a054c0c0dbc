// Copy, cut and paste, to and from spreadsheets, by the clipboard's own events: no permission is asked for.

import { format, parse, square } from "./clipboard-text.js";

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
