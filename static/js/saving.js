// Saves as you go: says so, keeps what could not be saved and sends it again when asked; requests of one screen stay in step.
import { byId, find, on, say, word } from "./page.js";

const failed = new Map(); // where it was typed → how to send it again
let underway = 0;

const isWrite = (ctx) => ctx.request.method !== "GET";
const placeOf = (element) => (element.isConnected ? element : element.id && byId(element.id)) || null;
const count = (by) => {
  underway = Math.max(0, underway + by);
  document.body.toggleAttribute("data-busy", underway > 0);
};
const tell = (text) => {
  const place = byId("layout-saved");
  if (place) place.textContent = text;
};
const clock = () => new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// It may have waited for its turn: its target was perhaps swapped meanwhile, and the order has a newer version.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  count(1);
  if (ctx.target && !ctx.target.isConnected) ctx.target = placeOf(ctx.target) || ctx.target;
  if (!isWrite(ctx)) return;
  const version = find("[data-version]");
  if (version && ctx.request.body?.has("version")) ctx.request.body.set("version", version.value);
  tell(word("saving"));
});
document.addEventListener("htmx:finally:request", () => count(-1));

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!isWrite(ctx) || ctx.response.status >= 500) return;
  failed.delete(ctx.sourceElement);
  if (ctx.response.status >= 400) return tell(word("unsaved"));
  tell(word("saved", clock()));
  placeOf(ctx.sourceElement)?.dispatchEvent(new CustomEvent("desk:saved", { bubbles: true }));
});

// An answer must not take away what somebody is typing elsewhere in the same part of the page: morph it around them.
const isDirty = (field) => field.value !== field.defaultValue;
document.addEventListener("htmx:before:swap", ({ detail: { tasks } }) => {
  for (const { type, target, swapSpec } of tasks) {
    const fields = type === "oob" && swapSpec.style === "outerHTML" ? target.querySelectorAll("input:not([type=hidden]), textarea") : [];
    if ([...fields].some(isDirty)) swapSpec.style = "outerMorph";
  }
});

const again = ({ sourceElement, sourceEvent, request }) => {
  const element = placeOf(sourceElement);
  if (element?.matches("form")) element.requestSubmit(request.submitter?.isConnected ? request.submitter : null);
  else if (element) window.htmx.trigger(element, sourceEvent.type);
};
const show = (text) => {
  const banner = byId("layout-failed").content.firstElementChild.cloneNode(true);
  find("p", banner).textContent = text;
  const dialog = find("dialog[open] .body");
  find("[data-retry]")?.closest(".banner").remove();
  if (dialog) dialog.prepend(banner);
  else byId("layout-notice").replaceChildren(banner);
};
const fail = (ctx, text) => {
  if (isWrite(ctx)) {
    failed.set(ctx.sourceElement, ctx);
    tell(word("unsaved"));
  }
  show(text);
};

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status < 500) return;
  const answer = new DOMParser().parseFromString(ctx.text, "text/html");
  fail(ctx, find("#layout-notice p", answer)?.textContent || word("failed"));
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => ctx && fail(ctx, word("offline")));

on("click", "[data-retry]", (button) => {
  button.closest(".banner").remove();
  const waiting = [...failed.values()];
  failed.clear();
  if (waiting.length) waiting.forEach(again);
  else location.reload();
});

// The desk's own answer clears the notice; what is still unsaved comes back.
document.addEventListener("htmx:after:swap", () => failed.size && !find("[data-retry]") && show(word("offline")));
addEventListener("online", () => failed.size && say(word("unsaved")));
addEventListener("beforeunload", (event) => failed.size && event.preventDefault());
