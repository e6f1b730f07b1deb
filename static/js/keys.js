// The keyboard: never while somebody types in a field, and never from a scanner (keys of a scan follow each other at once).
import { byId, find, isTyping, on } from "./page.js";

const SCANNER_PACE = 50;

const rows = () => [...document.querySelectorAll("[data-key-list] a.cover")];
const walk = (by) => {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
};
const tick = () => {
  const row = document.activeElement?.closest("[data-key-list] :is(tr, li)");
  (row && find("[type=checkbox]", row))?.click();
};
const press = (element) => (isTyping(element) ? element.focus() : element.click());
const showKeys = () => {
  const dialog = byId("layout-keys");
  const list = find("dl", dialog);
  list.querySelectorAll("[data-here]").forEach((entry) => entry.remove());
  for (const element of document.querySelectorAll("[data-key]")) {
    const name = document.createElement("dt");
    const key = document.createElement("dd");
    const cap = document.createElement("kbd");
    name.textContent = element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.[0]?.textContent || element.placeholder;
    cap.textContent = element.dataset.key;
    key.append(cap);
    name.dataset.here = key.dataset.here = "";
    list.append(name, key);
  }
  if (!dialog.open) dialog.showModal();
};

const KEYS = {
  "/": () => find("[data-key-search]")?.focus(),
  n: () => find("[data-key-new]")?.click(),
  j: () => walk(1),
  k: () => walk(-1),
  x: tick,
  "?": showKeys,
};

let soon = null;
document.addEventListener("keydown", (event) => {
  clearTimeout(soon);
  const { key, target } = event;
  const isFunctionKey = /^F\d+$/.test(key);
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "Escape" && isTyping(target) && !target.closest("dialog")) return target.blur();
  if (find("dialog[open]") || (isTyping(target) && !isFunctionKey)) return;
  const named = find(`[data-key="${CSS.escape(key)}"]`);
  const act = named ? () => press(named) : KEYS[key];
  if (!act) return;
  event.preventDefault();
  if (isFunctionKey) act();
  else soon = setTimeout(act, SCANNER_PACE);
});

on("click", "[data-key-search] ~ kbd", () => KEYS["/"]());
