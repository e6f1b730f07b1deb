// A barcode scanner is a keyboard that types very fast and ends with Enter or Tab. Wherever focus is, the code goes to the page's
// [data-scan-form], and the field that caught the digits gets back what it held; unless it is one that asks for a code itself.
import { find, isTyping, say } from "./page.js";

const PACE = 50; // ms between two keys of a scanner; people take longer
const SHORTEST = 6;

let code = "";
let last = 0;
let field = null;
let held = "";

const begin = (target) => {
  code = "";
  field = isTyping(target) && !target.matches("select") ? target : null;
  held = field?.value;
};
const giveBack = () => {
  if (!field?.isConnected || field.value === held) return;
  field.value = held;
  field.dispatchEvent(new Event("input", { bubbles: true }));
};
// Two quick scans of one product are two pieces; one scan that is sent again is one.
const freshKey = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
// An order's own paper opens that order, wherever one is.
const takes = (scanned) => (/^TB-/i.test(scanned) && find("#layout-scan")) || find("dialog[open] [data-scan-form]") || find("[data-scan-form]");
const deliver = (scanned) => {
  const event = new CustomEvent("scan", { detail: { code: scanned }, cancelable: true });
  const form = takes(scanned);
  if (!document.dispatchEvent(event) || !form) return;
  form.elements.code.value = scanned;
  if (form.elements.key) form.elements.key.value = freshKey();
  form.requestSubmit();
  say(scanned);
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const quick = event.timeStamp - last < PACE;
  const ends = event.key === "Enter" || event.key === "Tab";
  if (event.key.length === 1) {
    if (!quick) begin(event.target);
    code += event.key;
    last = event.timeStamp;
  } else if (ends && quick && code.length >= SHORTEST && !field?.matches("[data-scans]") && takes(code)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const scanned = code;
    code = "";
    giveBack();
    deliver(scanned);
  }
}, true);
