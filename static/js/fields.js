// Forms that save themselves, quantities with less and more, boxes that tick all others.
import { byId, find, on } from "./page.js";

const PAUSE = 350; // after the last press of a stepper, before it is saved
const pending = new Map();

// A form that saves as you go: leaving a changed field submits it; Enter submits by itself, once.
on("change", "form[data-autosave]", (form, event) => {
  if (event.target.closest("[data-own]")) return;
  pending.set(form, setTimeout(() => form.requestSubmit()));
});
on("submit", "form", (form) => {
  clearTimeout(pending.get(form));
  pending.delete(form);
});

const number = (text) => parseFloat(text.replace(",", ".")) || 0;
const written = (value, comma) => String(Math.round(value * 1000) / 1000).replace(".", comma ? "," : ".");
const timers = {};

// The field may be swapped for a fresh one between two presses: it is found again by its id, and the number goes on counting.
const commit = (id, value) => {
  const input = byId(id);
  delete timers[id];
  if (!input) return;
  input.value = value;
  input.dispatchEvent(new Event("change", { bubbles: true }));
};

on("click", "[data-step]", (button, event) => {
  event.preventDefault();
  const input = find("input:not([type=hidden])", button.closest(".stepper"));
  const comma = document.documentElement.lang === "nl";
  const going = timers[input.id];
  const value = written(number(going ? going.value : input.value) + Number(button.dataset.step), comma);
  if (input.min !== "" && number(value) < Number(input.min)) return;
  clearTimeout(going?.timer);
  input.value = value;
  timers[input.id] = { value, timer: setTimeout(commit, PAUSE, input.id, value) };
});

on("change", "[data-select-all]", (box) => {
  for (const other of box.closest("table, form").querySelectorAll("tbody [type=checkbox]")) other.checked = box.checked;
});
