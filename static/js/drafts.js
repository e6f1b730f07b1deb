// What is typed and not saved yet outlives a reload, an expired session and a lost connection: kept in this tab until it is saved.
import { on } from "./page.js";

const PREFIX = "draft:";
const SENT = "sent:";
const keep = (key, value) => sessionStorage.setItem(PREFIX + key, value);
const forget = (key) => sessionStorage.removeItem(PREFIX + key);
const fieldsOf = (holder) => (holder.matches("form") ? [...holder.elements].filter((field) => field.name && !/^(hidden|password|file|submit|checkbox|radio)$/.test(field.type)) : [holder]);
const keyOf = (holder, field) => (holder === field ? holder.dataset.draftKey : `${holder.dataset.draftKey}/${field.name}`);
const holdersIn = (element) => [element.closest("[data-draft-key]"), ...element.querySelectorAll("[data-draft-key]")].filter(Boolean);

on("input", "[data-draft-key]", (holder, { target }) => {
  if (fieldsOf(holder).includes(target)) keep(keyOf(holder, target), target.value);
});

const clear = (element, act) => {
  for (const holder of holdersIn(element)) for (const field of fieldsOf(holder)) act(keyOf(holder, field));
};
document.addEventListener("desk:saved", ({ target }) => clear(target.closest("form") || target, forget));

// Sent the old way: gone once a page of the desk answers, kept if that page is the sign-in.
on("submit", "form:not([hx-post])", (form) => {
  if (form.hasAttribute("data-forget")) sessionStorage.clear();
  else clear(form, (key) => sessionStorage.setItem(SENT + key, ""));
});
const dropSent = () => {
  if (document.body.classList.contains("login")) return;
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(SENT)) {
      forget(name.slice(SENT.length));
      sessionStorage.removeItem(name);
    }
  }
};

const restore = () => {
  for (const holder of document.querySelectorAll("[data-draft-key]:not([data-restored])")) {
    holder.dataset.restored = "";
    for (const field of fieldsOf(holder)) {
      const typed = sessionStorage.getItem(PREFIX + keyOf(holder, field));
      if (typed !== null && field.value === field.defaultValue) field.value = typed;
    }
  }
};

dropSent();
restore();
document.addEventListener("htmx:after:swap", restore);
