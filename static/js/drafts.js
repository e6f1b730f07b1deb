// What is typed and not saved yet outlives a reload, an expired session and a lost connection: kept in this tab until it is saved.
import { on, toast, word } from "./page.js";

const TYPED = "typed:";
const SENT = "sent:";
const UNKEPT = /^(hidden|password|file|submit|button|checkbox|radio)$/;

const fieldsOf = (holder) => (holder.matches("form") ? [...holder.elements].filter((field) => field.name && !UNKEPT.test(field.type)) : [holder]);
const keyOf = (holder, field) => holder.dataset.draftKey + (holder === field ? "" : `/${field.name}`);
const each = (element, act) => {
  const holders = [element.closest("[data-draft-key]"), ...element.querySelectorAll("[data-draft-key]")];
  for (const holder of holders.filter(Boolean)) for (const field of fieldsOf(holder)) act(keyOf(holder, field), field);
};
const forget = (key) => sessionStorage.removeItem(TYPED + key);

on("input", "[data-draft-key]", (holder, { target }) => {
  if (fieldsOf(holder).includes(target)) sessionStorage.setItem(TYPED + keyOf(holder, target), target.value);
});
document.addEventListener("desk:saved", ({ target }) => each(target.closest("form") || target, forget));
on("click", "[data-forget]", (element) => element.closest("form") && each(element.closest("form"), forget));

// Sent the old way: gone as soon as a page of the desk answers, kept if that page is the sign-in.
on("submit", "form:not([hx-post])", (form) => {
  if (form.dataset.forget === "all") sessionStorage.clear();
  else each(form, (key) => sessionStorage.setItem(SENT + key, ""));
});
const dropSent = () => {
  for (const name of Object.keys(sessionStorage).filter((one) => one.startsWith(SENT))) {
    forget(name.slice(SENT.length));
    sessionStorage.removeItem(name);
  }
};

const restored = new WeakSet();
const restore = () => {
  let found = false;
  for (const holder of document.querySelectorAll("[data-draft-key]")) {
    if (restored.has(holder)) continue;
    restored.add(holder);
    each(holder, (key, field) => {
      const typed = sessionStorage.getItem(TYPED + key);
      if (typed === null || typed === field.value || field.value !== field.defaultValue) return;
      field.value = typed;
      found = true;
    });
  }
  if (found) toast(word("restored"));
};

if (!document.body.classList.contains("login")) dropSent();
restore();
document.addEventListener("htmx:after:swap", restore);
