// An order that others change while it is open: the parts they changed are shown anew, but not one in which somebody is typing.
// The version on the page stays behind with such a part, so that saving it says who changed the same.
import { byId, find } from "../page.js";
import { paced } from "../live.js";

const place = () => byId("orders-here");
const version = () => Number(byId("orders-version").value);
const device = Number(document.body.dataset.device);

let shown = version(); // all up to here is on the page
const own = new Set(); // beyond that, what answers to this page brought
let isHeld = false;

const refresh = paced(() => window.htmx.ajax("GET", `${place().dataset.url}?version=${shown}`, { source: place(), swap: "none" }));
const isNews = (change) => {
  if (change.number !== place().dataset.liveOrder) return false;
  if (change.version === null) return change.device !== device;
  return change.version > version() || (change.device === device && change.version > shown && !own.has(change.version));
};
document.body.addEventListener("live", ({ detail }) => detail.some(isNews) && refresh());

const isTyped = (field) => field.value !== field.defaultValue && field.matches("form[data-autosave] :is(input:not([type=hidden]), textarea)");
const isBeingTyped = (part) => [...part.querySelectorAll("input, textarea")].some(isTyped);
const isOurs = ({ sourceElement }) => sourceElement === place();
document.addEventListener("htmx:before:swap", ({ detail: { ctx, tasks } }) => {
  if (!isOurs(ctx)) return;
  const kept = tasks.filter(({ target }) => !target || !isBeingTyped(target));
  isHeld = kept.length < tasks.length;
  tasks.splice(0, tasks.length, ...kept.filter(({ target }) => !isHeld || target !== byId("orders-version")));
});
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!isOurs(ctx)) own.add(version());
  else if (!isHeld) shown = version();
});
const tryAgain = () => isHeld && setTimeout(refresh);
document.addEventListener("desk:saved", tryAgain);
document.addEventListener("focusout", tryAgain);

document.body.addEventListener("live-here", () => (
  window.htmx.ajax("GET", `${place().dataset.url}/people`, { source: "#main", target: "#orders-here", swap: "innerHTML", select: "#orders-here > *" })
));
