// A row of tools as one stop of the Tab key, as in a toolbar: arrows, Home and End move along it, and it remembers
// where one was. So few keys lead to the rows. What is typed into, and what is inside a menu, keeps its own keys.

const WAYS = { ArrowLeft: -1, ArrowRight: 1 };

export class OneStop {
  constructor(box) {
    this.box = box;
    box.dataset.oneStop = "";
    box.addEventListener("focusin", ({ target }) => { if (this.tools.includes(target)) this.settle(target); });
    box.addEventListener("keydown", (event) => this.onKey(event));
    const looksAt = { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled", "hidden"] };
    new MutationObserver(() => this.settle()).observe(box, looksAt);
    this.settle();
  }

  get tools() {
    const all = [...this.box.querySelectorAll("a[href], button, summary")];
    return all.filter((each) => !each.disabled && !each.closest(".menu-panel, .grid-find") && each.getClientRects().length);
  }

  settle(chosen) {
    const { tools } = this;
    const stop = chosen ?? tools.find((each) => each.tabIndex === 0 && each === this.last) ?? tools.find((each) => each.matches("[aria-current]")) ?? tools[0];
    this.last = stop;
    for (const each of tools) each.tabIndex = each === stop ? 0 : -1;
  }

  onKey(event) {
    const { tools } = this, here = tools.indexOf(event.target);
    if (here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const isRtl = getComputedStyle(this.box).direction === "rtl";
    const way = (WAYS[event.key] ?? 0) * (isRtl ? -1 : 1);
    const to = event.key === "Home" ? 0 : event.key === "End" ? tools.length - 1 : way ? (here + way + tools.length) % tools.length : -1;
    if (to < 0) return;
    event.preventDefault();
    tools[to].focus();
  }
}
