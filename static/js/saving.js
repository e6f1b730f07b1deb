// Saves as you go: says so, keeps what could not be saved and sends it again when asked; requests of one screen stay in step.
import { byId, find, on, say, word } from "./page.js";

const failed = new Map(); // where it was typed → how to send it again
let underway = 0;

const isWrite = (ctx) => ctx.request.method !== "GET";
const placeOf = (element) => (element.isConnected ? element : element.id && byId(element.id)) || null;
const tell = (text) => {
  const place = byId("layout-saved");
  if (place) place.textContent = text;
};

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  // It may have waited for its turn: its target was perhaps swapped and the order has a newer version.
  if (ctx.target && !ctx.target.isConnected) ctx.target = placeOf(ctx.target) || ctx.target;
  const version = find("[data-version]");
  if (isWrite(ctx) && version && ctx.request.body?.has("version")) ctx.request.body.set("version", version.value);
  if (isWrite(ctx)) tell(word("saving"));
  underway += 1;
  byId("main").setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:finally:request", () => {
  underway = Math.max(0, underway - 1);
  if (!underway) byId("main").removeAttribute("aria-busy");
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!isWrite(ctx) || ctx.response.status >= 500) return;
  failed.delete(ctx.sourceElement);
  const refused = ctx.response.status >= 400;
  tell(refused ? word("unsaved") : word("saved", new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })));
  if (!refused) ctx.sourceElement.dispatchEvent(new CustomEvent("desk:saved", { bubbles: true }));
});

// An answer must not take away what somebody is typing elsewhere in the same part of the page: morph it around them.
const isDirty = (field) => field.value !== field.defaultValue;
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  for (const task of tasks) {
    const typed = task.type === "oob" && task.swapSpec.style === "outerHTML" && task.target?.querySelectorAll("input:not([type=hidden]), textarea");
    if (typed && [...typed].some(isDirty)) task.swapSpec.style = "outerMorph";
  }
});

const showFailure = (text) => {
  const notice = byId("layout-notice");
  notice.replaceChildren(byId("layout-failed").content.cloneNode(true));
  find("p", notice).textContent = text;
  const dialog = find("dialog[open] .body");
  if (dialog) dialog.prepend(notice.firstElementChild);
};
const fail = (ctx, text) => {
  if (isWrite(ctx)) {
    failed.set(ctx.sourceElement, () => again(ctx));
    tell(word("unsaved"));
  }
  showFailure(text);
};
const again = ({ sourceElement, sourceEvent, request }) => {
  const element = placeOf(sourceElement);
  if (element?.matches("form")) element.requestSubmit(request.submitter?.isConnected ? request.submitter : null);
  else if (element) window.htmx.trigger(element, sourceEvent.type);
};

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status < 500) return;
  ctx.response.raw.clone && fail(ctx, word("failed"));
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => ctx && fail(ctx, word("offline")));

on("click", "[data-retry]", (button) => {
  button.closest(".banner").remove();
  const waiting = [...failed.values()];
  failed.clear();
  if (waiting.length) waiting.forEach((send) => send());
  else location.reload();
});

// The desk's own answer clears the notice; what is still unsaved comes back.
document.addEventListener("htmx:after:swap", () => {
  if (failed.size && !find("[data-retry]")) showFailure(word("offline"));
});
addEventListener("online", () => failed.size && say(word("unsaved")));
addEventListener("beforeunload", (event) => failed.size && event.preventDefault());
