// Rows are dragged by their grip, with mouse, finger or pen; letting go presses the row's form for as many steps. Keys use its buttons.
import { on } from "./page.js";

let drag = null;

const placeOf = (row) => [...row.parentElement.children].indexOf(row);
const middleOf = (row) => row.getBoundingClientRect().top + row.offsetHeight / 2;
const stop = () => {
  const { row, from } = drag;
  drag = null;
  delete row.dataset.dragging;
  return { row, from };
};
const putBack = () => {
  const { row, from } = stop();
  const others = [...row.parentElement.children].filter((other) => other !== row);
  row.parentElement.insertBefore(row, others[from] ?? null);
};

on("pointerdown", "[data-drag]", (grip, event) => {
  if (drag || event.button) return;
  const row = grip.closest("[data-sortable] > *");
  drag = { row, from: placeOf(row), pointer: event.pointerId };
  row.dataset.dragging = "";
});

// The others step aside, not the row itself: a finger keeps hold only of what stays in its place in the document.
document.addEventListener("pointermove", ({ pointerId, clientY }) => {
  if (pointerId !== drag?.pointer) return;
  const { row } = drag;
  while (row.previousElementSibling && clientY < middleOf(row.previousElementSibling)) row.after(row.previousElementSibling);
  while (row.nextElementSibling && clientY > middleOf(row.nextElementSibling)) row.before(row.nextElementSibling);
});

document.addEventListener("pointerup", ({ pointerId }) => {
  if (pointerId !== drag?.pointer) return;
  const { row, from } = stop();
  const steps = placeOf(row) - from;
  if (!steps) return;
  const button = Object.assign(document.createElement("button"), { name: "steps", value: steps, hidden: true });
  row.querySelector("form").append(button);
  button.form.requestSubmit(button);
});

document.addEventListener("pointercancel", ({ pointerId }) => pointerId === drag?.pointer && putBack());
document.addEventListener("keydown", ({ key }) => key === "Escape" && drag && putBack());
