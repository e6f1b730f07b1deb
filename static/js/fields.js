// Forms that save themselves, quantities with less and more, a box that ticks all others.
import { byId, find, on } from "./page.js";

const PAUSE = 350; // after the last press of a stepper, before it is saved

// A form that saves as you go: leaving a changed field submits it; Enter submits by itself, and then once.
const submitting = new Map();
on("change", "form[data-autosave]", (form, { target }) => {
  if (target.name && !target.matches("[role=combobox]")) submitting.set(form, setTimeout(() => form.requestSubmit()));
});
on("submit", "form", (form) => {
  clearTimeout(submitting.get(form));
  submitting.delete(form);
});

const isDutch = () => document.documentElement.lang === "nl";
const read = (text) => parseFloat(isDutch() ? text.replaceAll(".", "").replace(",", ".") : text.replaceAll(",", "")) || 0;
const write = (number) => String(Math.round(number * 1000) / 1000).replace(".", isDutch() ? "," : ".");

// The field may be swapped for a fresh one between two presses: it is found again by its id, and the number goes on counting.
const presses = {};
const settle = (id) => {
  const input = byId(id);
  if (input) {
    input.value = presses[id].value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  delete presses[id];
};
on("click", "[data-step]", (button, event) => {
  event.preventDefault();
  const input = find("input:not([type=hidden])", button.closest(".stepper"));
  const going = presses[input.id];
  const number = read(going ? going.value : input.value) + Number(button.dataset.step);
  if (number < Number(input.dataset.least ?? -Infinity)) return;
  clearTimeout(going?.timer);
  input.value = write(number);
  presses[input.id] = { value: input.value, timer: setTimeout(settle, PAUSE, input.id) };
});

// Enter in a column of fields goes on to the next one; leaving a changed field saves it.
on("keydown", "[data-next]", (input, event) => {
  const all = [...document.querySelectorAll("[data-next]")];
  const next = all[all.indexOf(input) + 1];
  if (event.key !== "Enter" || event.isComposing || !next) return;
  event.preventDefault();
  next.focus();
  next.select();
});

on("change", "[data-select-all]", (box) => {
  for (const other of box.closest("table, form").querySelectorAll("tbody [type=checkbox]")) other.checked = box.checked;
});

// A dropzone says which file was chosen.
on("change", ".dropzone [type=file]", (input) => { find("[data-chosen]", input.closest(".dropzone")).textContent = input.files[0]?.name ?? ""; });
