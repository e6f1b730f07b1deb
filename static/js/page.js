// What the other modules share: listening, speaking, toasts, the clipboard.
export const find = (selector, from = document) => from.querySelector(selector);
export const byId = (id) => document.getElementById(id);

/** Call `act(element, event)` for events whose target lies in an element that matches. */
export const on = (type, selector, act, capture = false) =>
  document.addEventListener(type, (event) => {
    const element = event.target.closest?.(selector);
    if (element) act(element, event);
  }, capture);

/** A sentence in the operator's language; `{}` becomes the value. */
export const word = (name, value) => byId("layout-live").dataset[name].replace("{}", value);
export const say = (text) => { byId("layout-live").textContent = text; };
export const isTyping = (element) => element?.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]");

const STAYS = 6000;
const leave = (toast) => setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), STAYS);
const timeToasts = () => {
  for (const toast of document.querySelectorAll("#layout-toasts .toast:not([data-timed])")) {
    toast.dataset.timed = "";
    leave(toast);
  }
};

export const toast = (text) => {
  const copy = byId("layout-blank-toast").content.cloneNode(true);
  find("span", copy).textContent = text;
  byId("layout-toasts").append(...copy.firstElementChild.children);
  timeToasts();
};

// Where the desk is not served over https, the browser has no clipboard for us: select and copy as a person would.
const copyByHand = (text) => {
  const area = document.createElement("textarea");
  area.value = text;
  (find("dialog[open]") || document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
};

on("click", "[data-copy]", async (button) => {
  const text = find(button.dataset.copy).innerText.trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyByHand(text);
    button.focus();
  }
  toast(button.dataset.copied || word("copied"));
});

on("click", "[data-dismiss]", (button) => button.closest(".toast, .banner").remove());
document.addEventListener("htmx:after:swap", timeToasts);
timeToasts();
