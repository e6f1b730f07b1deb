// What others change, heard as server-sent events or, where these cannot be had, asked for every two seconds. The body is told: "live" with
// all that is new, "live-here" when somebody came or went, and for fragments that fetch themselves order-changed, product-changed, customer-changed.
import { find } from "./page.js";

const { live, at } = document.body.dataset;
const PAUSE = 1000; // at least, between two requests of one kind
const EVERY = 2000; // between two questions
const QUESTIONS = 15; // before a stream is tried again
const MARGIN = 500; // who only walks through opens no stream
const KINDS = ["order", "product", "customer"];

/** Do it now, and once more after a pause when it was asked for meanwhile. What takes long is done less often. */
export const paced = (act) => {
  let resting = false;
  let again = false;
  const go = async () => {
    if (resting) {
      again = true;
      return;
    }
    resting = true;
    again = false;
    const start = performance.now();
    await act();
    setTimeout(() => {
      resting = false;
      if (again) go();
    }, Math.max(PAUSE, 10 * (performance.now() - start)));
  };
  return go;
};
const tell = (name, detail) => document.body.dispatchEvent(new CustomEvent(name, { detail }));
const announce = Object.fromEntries(KINDS.map((kind) => [kind, paced(() => tell(`${kind}-changed`))]));

// An answer to one's own request may say the same: it goes first.
const known = new Set();
let waiting = [];
const settle = () => {
  if (!waiting.length || document.body.hasAttribute("data-busy")) return;
  const changes = waiting;
  waiting = [];
  tell("live", changes);
  for (const kind of KINDS) if (changes.some((change) => change[kind])) announce[kind]();
};
document.addEventListener("htmx:finally:request", () => setTimeout(settle));

const count = ({ count: number, capped }) => {
  for (const place of document.querySelectorAll("[data-ship]")) {
    place.hidden = !number;
    place.firstChild.textContent = number.toLocaleString(document.documentElement.lang) + (capped ? "+" : "");
  }
};

let heard = null; // the last event
const receive = ({ id, changes = [], ship, here }) => {
  heard = id;
  if (ship) count(ship);
  if (here) tell("live-here", here);
  if (known.size > 5000) known.clear();
  waiting.push(...changes.filter((change) => !known.has(change.id)));
  for (const change of changes) known.add(change.id);
  settle();
};

const address = (path = "") => {
  const asked = new URLSearchParams(heard === null ? { at } : { id: heard });
  const order = find("[data-live-order]");
  if (order) asked.set("order", order.dataset.liveOrder);
  return `${live}${path}?${asked}`;
};
let source = null;
let timer = null;
let isOver = !live;
const hush = () => {
  source?.close();
  clearTimeout(timer);
};
const stop = () => {
  isOver = true;
  hush();
};

const ask = async (left) => {
  try {
    const answer = await fetch(address("/since"), { headers: { "HX-Request": "true" }, cache: "no-cache" });
    if (answer.status === 401) return stop();
    if (answer.ok) receive(await answer.json());
  } catch {
    // No connection: asked again.
  }
  if (isOver || document.hidden) return;
  timer = setTimeout(left ? ask : listen, EVERY, left - 1);
};
const askInstead = () => {
  hush();
  ask(QUESTIONS);
};
const listen = () => {
  source = new EventSource(address());
  source.onmessage = ({ data }) => receive(JSON.parse(data));
  source.onerror = ({ target }) => target.readyState === EventSource.CLOSED && askInstead();
  source.addEventListener("poll", askInstead);
  source.addEventListener("end", stop);
};

// Pages that nobody looks at hold no stream; they hear what they missed when they are looked at again.
const begin = () => {
  hush();
  if (!isOver && !document.hidden) timer = setTimeout(listen, MARGIN);
};
document.addEventListener("visibilitychange", begin);
addEventListener("pagehide", hush);
document.addEventListener("DOMContentLoaded", begin); // all scripts listen now
