// Menus are popovers and dialogs open by command. Older browsers lack one or the other: iPadOS 16 and Chrome 110 both,
// many the placing of a menu at its button.
import { byId, on } from "./page.js";

const HAS_POPOVER = "popover" in HTMLElement.prototype;
const HAS_COMMAND = "commandForElement" in HTMLButtonElement.prototype;
const HAS_PLACING = CSS.supports("position-area: block-end");

const place = (menu, button) => {
  const at = button.getBoundingClientRect();
  const below = at.bottom + menu.offsetHeight < innerHeight || at.top < menu.offsetHeight;
  const left = menu.classList.contains("end") ? at.right - menu.offsetWidth : at.left;
  menu.style.top = `${below ? at.bottom : at.top - menu.offsetHeight - 8}px`;
  menu.style.left = `${Math.max(4, Math.min(left, innerWidth - menu.offsetWidth - 4))}px`;
};

const buttonOf = (menu) => document.querySelector(`[popovertarget="${menu.id}"]:focus`) || document.querySelector(`[popovertarget="${menu.id}"]`);
const closeMenus = () => document.querySelectorAll(".menu.shown").forEach((menu) => menu.classList.remove("shown"));

if (!HAS_POPOVER) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[popovertarget]");
    const menu = button && byId(button.getAttribute("popovertarget"));
    const wasShown = menu?.classList.contains("shown");
    if (!event.target.closest(".menu.shown")) closeMenus();
    if (!menu || wasShown) return;
    menu.classList.add("shown");
    place(menu, button);
  });
  on("keydown", "*", (_, event) => event.key === "Escape" && closeMenus());
} else if (!HAS_PLACING) {
  document.addEventListener("toggle", (event) => {
    if (event.newState === "open" && event.target.matches(".menu[popover]")) place(event.target, buttonOf(event.target));
  }, true);
}

if (!HAS_COMMAND) {
  on("click", "[commandfor]", (button) => {
    const dialog = byId(button.getAttribute("commandfor"));
    if (button.getAttribute("command") === "show-modal") dialog.showModal();
    else dialog.close();
  });
}

// What a menu's button opens would lie under the menu: put that away first.
on("click", "[popover] :is(a, button):not([popovertarget])", (element) => {
  const menu = element.closest("[popover]");
  if (!HAS_POPOVER) closeMenus();
  else if (menu.matches(":popover-open")) menu.hidePopover();
});
