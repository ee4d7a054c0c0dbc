// Every <details class="menu">: Down opens, arrows move, typing finds, Esc and a click elsewhere close.

const items = (menu) =>
  [...menu.querySelectorAll(".menu-panel :is(a, button, input)")].filter((item) => item.offsetParent !== null);

function move(menu, step) {
  const all = items(menu);
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : (here + step + all.length) % all.length;
  all[next]?.focus();
}

function find(menu, letter) {
  const all = items(menu);
  const after = all.indexOf(document.activeElement) + 1;
  const starts = (item) => item.textContent.trim().toLowerCase().startsWith(letter.toLowerCase());
  ([...all.slice(after), ...all.slice(0, after)].find(starts))?.focus();
}

function close(menu) {
  const inside = menu.contains(document.activeElement);
  menu.open = false;
  if (inside) menu.querySelector("summary").focus();
}

function onKey(event) {
  const menu = event.currentTarget;
  if (event.key === "Escape" && menu.open) {
    close(menu);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    menu.open = true;
    move(menu, event.key === "ArrowDown" ? 1 : -1);
  } else if (menu.open && event.key.length === 1 && /\S/.test(event.key) && !event.ctrlKey && !event.metaKey && event.target.tagName !== "INPUT") {
    find(menu, event.key);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function filterTeams(event) {
  const wanted = event.target.value.trim().toLowerCase();
  for (const item of event.target.closest(".menu").querySelectorAll("[data-team-name]")) {
    item.hidden = !item.dataset.teamName.toLowerCase().includes(wanted);
  }
}

for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", onKey);
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  const search = menu.querySelector("[data-team-search]");
  if (search) {
    search.closest("[hidden]").hidden = false;
    search.addEventListener("input", filterTeams);
  }
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
