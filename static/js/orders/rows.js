// The order list while others work: changed rows are brought up to date where they stand, new orders are counted until one asks for them.
import { byId, find } from "../page.js";
import { paced } from "../live.js";

const MARGIN = 2000; // between the clocks of two servers
const KEPT = [".c-select", ".c-no", ".c-quick"]; // what has focus or is ticked is never replaced

const form = () => byId("orders-list");
const pill = () => byId("orders-new");
const keyOf = (row) => Number(find("[name=order]", row)?.value);
const rows = () => new Map([...form().querySelectorAll("tbody tr")].map((row) => [keyOf(row), row]));

let changed = new Set();
let added = new Set();

const replaceCells = (row, fresh) => {
  for (const cell of [...fresh.cells]) {
    const old = find(`.${cell.classList[0]}`, row);
    if (old && !KEPT.some((name) => cell.matches(name)) && !old.isEqualNode(cell)) old.replaceWith(cell);
  }
  row.dataset.version = fresh.dataset.version;
};
const replaceCounts = (page) => {
  const now = [...document.querySelectorAll("#orders-views .count")];
  const fresh = [...page.querySelectorAll("#orders-views .count")];
  if (now.length === fresh.length) now.forEach((place, at) => { place.textContent = fresh[at].textContent; });
};
const refresh = paced(async () => {
  const asked = new URLSearchParams(location.search);
  asked.set("at", form().dataset.at);
  for (const key of changed) asked.append("row", key);
  for (const key of [...added].slice(0, 101)) asked.append("new", key);
  changed = new Set();
  const answer = await fetch(`${pill().dataset.url}?${asked}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = rows();
  for (const row of page.querySelectorAll("#orders-list tbody tr")) if (shown.has(keyOf(row))) replaceCells(shown.get(keyOf(row)), row);
  replaceCounts(page);
  const fresh = page.getElementById("orders-new");
  if (fresh.textContent === pill().textContent) return;
  pill().replaceChildren(...fresh.childNodes);
  window.htmx.process(pill());
});

document.body.addEventListener("live", ({ detail }) => {
  const shown = rows();
  const before = Date.parse(form().dataset.at) - MARGIN;
  let isNews = false;
  for (const { order, version, placed } of detail.filter((change) => change.order)) {
    const row = shown.get(order);
    if (row && version !== null && version <= row.dataset.version) continue;
    isNews = true;
    if (row) changed.add(order);
    else if (placed && Date.parse(`${placed}Z`) >= before) added.add(order);
  }
  if (isNews) refresh();
});

// A list that was loaded anew has them; whoever pressed for them goes on at the first.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.target?.id !== "orders-list" || !added.size) return;
  for (const [key, row] of rows()) row.toggleAttribute("data-new", added.has(key));
  const hadFocus = pill().contains(document.activeElement);
  added = new Set();
  pill().replaceChildren();
  if (hadFocus) find("tbody a.cover", form())?.focus();
});
