// Dialogs that htmx brings in open by themselves; wherever one closes, focus goes back to what opened it.
import { byId, find, on } from "./page.js";

let opener = null;
let near = null; // the row beside the opener's own, for when that row is taken out

const remember = (element) => {
  if (!element || element === document.body || element.closest("dialog, .toast")) return;
  opener = element;
  const row = element.closest("tr, li");
  near = row && (row.nextElementSibling || row.previousElementSibling);
};
const giveFocusBack = () => {
  if (document.activeElement && document.activeElement !== document.body) return;
  const again = opener?.isConnected ? opener : opener?.id && byId(opener.id);
  const element = again || (near?.isConnected && [...near.querySelectorAll("a, button")].pop());
  if (element) element.focus();
};
const openAll = () => {
  for (const dialog of document.querySelectorAll("dialog[data-open]:not([open])")) dialog.showModal();
};

on("click", "button, a", (element) => remember(element), true);
on("click", "[data-close]", (button) => button.closest("dialog").close());
// A press that begins and ends on the veil closes; one that began inside (selecting text) does not.
let pressedOn = null;
document.addEventListener("pointerdown", (event) => { pressedOn = event.target; });
on("click", "dialog", (dialog, event) => event.target === dialog && pressedOn === dialog && dialog.close());

document.addEventListener("close", ({ target }) => {
  if (!target.matches("dialog")) return;
  if (target.hasAttribute("data-open")) target.remove();
  giveFocusBack();
}, true);

document.addEventListener("sheet-close", () => {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
});

// A page under a dialog cannot be read: what is refused is said in the dialog.
const noticeIntoDialog = () => {
  const banner = find("#layout-notice > .banner");
  const dialog = [...document.querySelectorAll("dialog[open]")].pop();
  if (!banner || !dialog) return;
  find("[role=alert].banner", dialog)?.remove();
  banner.setAttribute("role", "alert");
  (find(".body", dialog) || dialog).prepend(banner);
};

document.addEventListener("htmx:after:swap", () => {
  openAll();
  noticeIntoDialog();
  giveFocusBack();
});
openAll();
