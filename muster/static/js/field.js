// A field: choices are asked for a list only, the longest text for a text only.

const form = document.querySelector("form[data-field]");
const kind = form.elements.kind;
const only = { choices: "choice", max_length: "text" };

function look() {
  for (const [name, its] of Object.entries(only)) form.elements[name].closest(".field").hidden = kind.value !== its;
}

kind.addEventListener("change", look);
look();
