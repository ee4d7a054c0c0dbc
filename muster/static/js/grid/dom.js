// Making elements: text by textContent, positions by the CSSOM. Nothing here ever parses markup.

export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

// A drawing from the page's own sprite.
export function icon(name) {
  const known = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${known}#${name}`);
  drawn.append(use);
  return drawn;
}

export const button = (text, onclick, kind = "small") => make("button", { type: "button", class: `button ${kind}`, text, onclick });

// A modal dialog with a title; it goes away when it is closed, and focus returns to where it was.
export function dialog(title, ...children) {
  const before = document.activeElement;
  const heading = make("h2", { class: "dialog-title", id: "grid-dialog-title", text: title });
  const made = make("dialog", { class: "dialog grid-dialog", "aria-labelledby": heading.id }, heading, ...children);
  made.addEventListener("close", () => {
    made.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  });
  document.body.append(made);
  made.showModal();
  return made;
}
