// Search as you type: arrows walk the answers htmx put in the list, Enter picks, Esc puts the list away.
import { byId, on, say, word } from "./page.js";

const BOX = "[role=combobox]";
const listOf = (input) => byId(input.getAttribute("aria-controls"));
const optionsOf = (list) => [...(list?.querySelectorAll("[role=option]:not([aria-disabled=true])") || [])];
const inputOf = (list) => document.querySelector(`${BOX}[aria-controls="${list.id}"]`);

const mark = (input, option) => {
  for (const other of optionsOf(listOf(input))) other.setAttribute("aria-selected", String(other === option));
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.id ||= `${listOf(input).id}-option-${optionsOf(listOf(input)).indexOf(option)}`;
  option.scrollIntoView({ block: "nearest" });
  return input.setAttribute("aria-activedescendant", option.id);
};
const show = (input, shown) => {
  const list = listOf(input);
  if (list) list.hidden = !shown;
  input.setAttribute("aria-expanded", String(shown && optionsOf(list).length > 0));
  if (!shown) mark(input, null);
};

const move = (input, by) => {
  const options = optionsOf(listOf(input));
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  show(input, true);
  mark(input, options[(at + by + options.length + (at < 0 && by < 0 ? 1 : 0)) % options.length]);
};
const pick = (input, event) => {
  const list = listOf(input);
  const options = list && !list.hidden ? optionsOf(list) : [];
  const option = options.find((one) => one.getAttribute("aria-selected") === "true") || (options.length === 1 && !input.hasAttribute("data-free") && options[0]);
  if (!option) return;
  event.preventDefault();
  option.click();
};

const KEYS = {
  ArrowDown: (input, event) => { event.preventDefault(); if (optionsOf(listOf(input)).length) move(input, 1); },
  ArrowUp: (input, event) => { event.preventDefault(); if (optionsOf(listOf(input)).length) move(input, -1); },
  Enter: pick,
  Escape: (input, event) => {
    if (input.getAttribute("aria-expanded") !== "true") return;
    event.preventDefault();
    event.stopPropagation();
    show(input, false);
  },
};
on("keydown", BOX, (input, event) => !event.isComposing && KEYS[event.key]?.(input, event), true);

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const input = ctx.sourceElement?.matches?.(BOX) ? ctx.sourceElement : null;
  if (!input) return;
  show(input, document.activeElement === input && (input.value !== "" || !input.hasAttribute("data-clears")));
  const found = optionsOf(listOf(input)).length;
  if (input.value && !input.hasAttribute("data-free")) say(found === 0 ? word("none") : found === 1 ? word("one") : word("many", found));
});

on("focusin", BOX, (input) => show(input, true));
// Taken: the field is ready for the next one.
on("desk:saved", "form", (form) => {
  for (const input of form.querySelectorAll("[data-clears]")) {
    input.value = "";
    listOf(input)?.replaceChildren();
    show(input, false);
  }
});
document.addEventListener("click", (event) => {
  for (const list of document.querySelectorAll(".matches:not([hidden])")) {
    const input = inputOf(list);
    if (input && event.target !== input && (!list.contains(event.target) || event.target.closest("[role=option]"))) show(input, false);
  }
});
on("focusout", ".combo", (combo, { relatedTarget }) => {
  if (relatedTarget && !combo.contains(relatedTarget)) combo.querySelectorAll(BOX).forEach((input) => show(input, false));
});
