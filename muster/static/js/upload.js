// File Upload: drop a file anywhere on the page, see its size at once, upload with a real byte bar, cancel.

import { gettext, locale, ngettext } from "./texts.js";

const form = document.querySelector("form[data-upload]");
const input = form.querySelector("input[type=file]");
const zone = form.querySelector("[data-drop-zone]");
const label = form.querySelector("[data-drop-label]");
const card = form.querySelector("[data-file-card]");
const problem = form.querySelector("[data-upload-problem]");
const bar = form.querySelector("[data-upload-progress]");
const words = form.querySelector("[data-upload-words]");
const buttons = form.querySelectorAll("[data-upload-button]");
const cancel = form.querySelector("[data-upload-cancel]");
const labelBefore = label.textContent;
const mostBytes = Number(form.dataset.maxBytes);

const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false });
function size(bytes) {
  if (bytes < 1024) return ngettext("{count} byte", "{count} bytes", bytes, { count: String(bytes) });
  if (bytes < 1048576) return gettext("{size} KB", { size: tenths.format(bytes / 1024) });
  return gettext("{size} MB", { size: tenths.format(bytes / 1048576) });
}

function tell(sentence) {
  problem.textContent = sentence;
  problem.hidden = !sentence;
}

const advice = Object.entries(JSON.parse(form.dataset.advice));

function judge(file) {
  const known = advice.find(([end]) => file.name.toLowerCase().endsWith(end));
  if (known) return known[1];
  if (!/\.(csv|txt|xlsx|ods|xls|xlsb|xlsm)$/i.test(file.name)) {
    return gettext("{name} is neither a .csv or .txt file nor a workbook. Save the table as CSV UTF-8, then choose that file.", { name: file.name });
  }
  if (file.size > mostBytes) {
    return gettext("The file is {size}; the limit is {limit}. Remove columns you don't import, or split it.", { size: size(file.size), limit: form.dataset.maxSize });
  }
  return "";
}

function chosen() {
  const file = input.files[0];
  card.hidden = !file;
  card.textContent = file ? gettext("{name}, {size}", { name: file.name, size: size(file.size) }) : "";
  zone.classList.toggle("has-file", Boolean(file));
  tell(file ? judge(file) : "");
}

function dropped(files) {
  if (!files.length) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  input.files = one.files;
  chosen();
  if (files.length > 1 && problem.hidden) tell(gettext("One file at a time. We'll use the first: {name}.", { name: files[0].name }));
}

let over = 0;
const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
function mark(isOver) {
  zone.classList.toggle("is-over", isOver);
  label.textContent = isOver ? gettext("Drop to use this file") : labelBefore;
}
document.addEventListener("dragenter", (event) => {
  if (hasFiles(event) && ++over === 1) mark(true);
});
document.addEventListener("dragleave", (event) => {
  if (hasFiles(event) && --over <= 0) { over = 0; mark(false); }
});
document.addEventListener("dragover", (event) => {
  if (hasFiles(event)) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  over = 0;
  mark(false);
  dropped(event.dataTransfer.files);
});
input.addEventListener("change", chosen);

function busy(isBusy) {
  for (const each of buttons) each.disabled = isBusy;
  cancel.hidden = bar.hidden = !isBusy;
}

function send(submitter) {
  const request = new XMLHttpRequest();
  const progress = bar.querySelector("progress");
  const body = new FormData(form);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    progress.max = event.total;
    progress.value = event.loaded;
    words.textContent = event.loaded < event.total ? gettext("{sent} of {size}", { sent: size(event.loaded), size: size(event.total) }) : gettext("Checking the rows…");
  });
  const failed = (sentence) => { busy(false); tell(sentence); };
  request.addEventListener("load", () => {
    const answer = request.response ?? {};
    if (request.responseURL.includes("/accounts/")) failed(gettext("You were signed out. Sign in in another tab, then upload again: the file is still chosen here."));
    else if (answer.next) window.location.assign(answer.next);
    else failed(answer.problem ?? gettext("That didn't work. Reload the page and try again; your file is untouched."));
  });
  request.addEventListener("error", () => failed(gettext("The connection broke. Nothing was imported. Try again.")));
  request.addEventListener("abort", () => failed(""));
  cancel.onclick = () => request.abort();
  request.send(body);
}

form.addEventListener("submit", (event) => {
  const file = input.files[0];
  if (!file) return;
  event.preventDefault();
  const sentence = judge(file);
  tell(sentence);
  if (sentence) { input.focus(); return; }
  words.textContent = "";
  busy(true);
  send(event.submitter);
});

chosen();
