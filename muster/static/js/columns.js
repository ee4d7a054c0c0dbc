// Columns: required fields go green as they are answered, a new field opens in place, columns of one field are told.

const form = document.querySelector("form[data-columns]");
const selects = [...form.querySelectorAll("select[data-column]")];
const partOf = (control) => control.closest(".column-answer");

const missingAtFirst = form.querySelectorAll("[data-required].problem").length;

function answerOf(select) {
  const tick = partOf(select).querySelector("input[data-tick]");
  return select.value || (tick?.checked ? tick.value : "");
}

function newFieldOf(select) {
  return partOf(select).querySelector("details[data-new-field]");
}

function look() {
  const answers = selects.map(answerOf);
  const exact = [...form.querySelectorAll("[data-exact]")].map((each) => each.dataset.exact);
  const there = new Set([...exact, ...answers]);
  for (const chip of form.querySelectorAll("[data-required]")) {
    const has = there.has(chip.dataset.required);
    chip.classList.toggle("done", has);
    chip.classList.toggle("problem", !has);
    chip.querySelector("[data-there]").hidden = !has;
    chip.querySelector("[data-lacks]").hidden = has;
  }
  const missing = form.querySelectorAll("[data-required].problem").length;
  const title = document.querySelector("#required-title");
  title.querySelector("[data-some-missing]").hidden = !missing || missing !== missingAtFirst;  // the chips say which are left
  title.querySelector("[data-none-missing]").hidden = Boolean(missing);
  for (const [place, select] of selects.entries()) select.closest("tr").classList.toggle("is-open", !answers[place]);
  const rest = form.querySelector("[data-rest]");
  if (rest) rest.hidden = answers.every(Boolean);
}

for (const select of selects) {
  const details = newFieldOf(select);
  if (details) {
    details.hidden = select.value !== "+";
    details.open = true;
    details.querySelector("summary").hidden = true;
  }
  select.addEventListener("change", () => {
    if (details) details.hidden = select.value !== "+";
    const tick = partOf(select).querySelector("input[data-tick]");
    if (tick && select.value) tick.checked = false;
    look();
  });
}
for (const tick of form.querySelectorAll("input[data-tick]")) {
  tick.addEventListener("change", () => {
    if (tick.checked) partOf(tick).querySelector("select[data-column]").value = "";
    look();
  });
}
look();
