// Imports under way: asks about once a second how far they are; when one ends, shows its page or line anew.

const SECOND = 1000;
const LIVE_SECONDS = 10;
const UNDER_WAY = ["checking", "waiting", "importing"];

async function ask(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

async function watchPage(page) {
  const bar = page.querySelector("[data-progress-bar]");
  const words = page.querySelector("[data-progress-words]");
  const live = page.querySelector("[data-progress-live]");
  let said = Date.now();
  for (;;) {
    await new Promise((wake) => setTimeout(wake, SECOND));
    const told = await ask(page.dataset.progressPage).catch(() => null);
    if (!told) continue;
    if (told.state !== page.dataset.state) { window.location.reload(); return; }
    words.textContent = told.text;
    if (told.of) { bar.max = told.of; bar.value = told.done; }
    if (Date.now() - said > LIVE_SECONDS * SECOND) { live.textContent = told.text; said = Date.now(); }
  }
}

async function watchLines(lines) {
  for (;;) {
    await new Promise((wake) => setTimeout(wake, 2 * SECOND));
    for (const line of lines) {
      const told = await ask(line.dataset.progress).catch(() => null);
      if (!told) continue;
      if (!UNDER_WAY.includes(told.state)) { window.location.reload(); return; }
      line.querySelector(".chip").textContent = told.text;
      const bar = line.querySelector("progress");
      if (bar && told.of) { bar.max = told.of; bar.value = told.done; }
    }
  }
}

const page = document.querySelector("[data-progress-page]");
if (page) watchPage(page);
const lines = [...document.querySelectorAll("[data-progress]")];
if (lines.length) watchLines(lines);
