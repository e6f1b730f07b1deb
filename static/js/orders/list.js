// The order list: orders ticked on one page stay so on the next (in this tab, for one search), a suggestion goes into the box, space takes
// a quick look.
import { byId, find, isTyping, on } from "../page.js";

const KEPT = "picked";
const form = () => byId("orders-list");
const boxes = () => [...form().querySelectorAll("tbody [name=order]")];
const search = () => form().elements.q.value;
const read = () => {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  return kept?.search === search() ? kept : { search: search(), ids: [], all: false };
};

const show = ({ ids, all }) => {
  form().querySelectorAll("[data-elsewhere]").forEach((input) => input.remove());
  const here = new Set(boxes().map((box) => box.value));
  for (const id of ids.filter((one) => !here.has(one))) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "order", value: id });
    input.dataset.elsewhere = "";
    form().append(input);
  }
  const every = find("[name=all]", form());
  if (every) every.checked = all;
  const picked = find(".picked", form());
  if (picked) picked.dataset.count = all ? every.dataset.count : ids.length;
  form().toggleAttribute("data-picked", all || ids.length > 0);
  const top = find("[data-select-all]", form());
  if (top) top.checked = boxes().every((box) => box.checked);
};
const keep = (kept) => {
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
  show(kept);
};
const restore = () => {
  if (!form()) return;
  const kept = read();
  for (const box of boxes()) box.checked = kept.all || kept.ids.includes(box.value);
  if (kept.ids.length || kept.all || form().hasAttribute("data-picked")) show(kept);
};

let last = null; // with shift, from the box pressed before to this one
on("click", "#orders-list tbody [name=order]", (box, { shiftKey }) => {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (shiftKey && from >= 0) for (const other of all.slice(from, to + 1)) other.checked = box.checked;
  last = box;
});
on("change", "#orders-list [type=checkbox]", (box) => {
  const kept = read();
  if (box.name === "all") {
    for (const other of boxes()) other.checked = box.checked;
    return keep({ ...kept, all: box.checked, ids: [] });
  }
  const here = boxes();
  const elsewhere = kept.ids.filter((id) => !here.some((other) => other.value === id));
  return keep({ ...kept, all: false, ids: [...elsewhere, ...here.filter((other) => other.checked).map((other) => other.value)] });
});
const forget = () => {
  sessionStorage.removeItem(KEPT);
  restore();
};
on("reset", "#orders-list", () => setTimeout(forget));
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const isDone = ctx.response.status < 400 && !ctx.response.headers.has("HX-Retarget"); // else a dialog asks first
  if (isDone && ctx.request.method === "POST" && ctx.sourceElement.closest("#orders-list, #bulk-status-form")) forget();
});
document.addEventListener("htmx:after:swap", restore);
restore();

const showTab = () => {
  const tabs = find("#orders-views .tabs");
  const hidden = find("[aria-current]", tabs)?.getBoundingClientRect().right - tabs.getBoundingClientRect().right;
  if (hidden > 0) tabs.scrollLeft += hidden + 24;
};
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => ctx.target?.id === "orders-list" && showTab());
showTab();

// A file is sent the browser's own way: it comes down while the page stays.
on("submit", "#orders-list", (list, event) => event.submitter?.hasAttribute("formaction") && event.stopImmediatePropagation(), true);

// The box follows what was pressed elsewhere: a filter taken away, a view.
document.addEventListener("orders-box", ({ detail }) => { byId("orders-q").value = detail.text; });
// What is offered follows the word that the cursor is in, wherever that is.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.id === "orders-q") ctx.request.body.set("cursor", ctx.sourceElement.selectionStart);
});
on("click", "[data-fill]", ({ dataset }) => {
  const box = byId("orders-q");
  box.value = dataset.fill;
  box.focus();
  box.setSelectionRange(dataset.cursor, dataset.cursor);
  box.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== " " || isTyping(event.target)) return;
  const row = event.target.closest?.("#orders-list tbody tr");
  if (!row || !event.target.matches("a.cover")) return;
  event.preventDefault();
  find(".c-quick a", row).click();
});
