// A document's own page: fits the paper to the roll, prints, and closes itself. Without this script one prints it by hand.
const MM = 96 / 25.4; // CSS pixels
const FEED = 8; // mm of white at the end

const fit = () => {
  const roll = document.body;
  const wide = roll.classList.contains("narrow") ? 58 : 80;
  const long = Math.ceil(roll.getBoundingClientRect().bottom / MM) + FEED;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@page { size: ${wide}mm ${long}mm; margin: 2mm ${wide === 80 ? 4 : 5}mm } @page roll { size: ${wide}mm ${long}mm; margin: 2mm ${wide === 80 ? 4 : 5}mm }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};

addEventListener("afterprint", () => window.close());
await document.fonts.ready;
if (document.readyState !== "complete") await new Promise((ready) => addEventListener("load", ready, { once: true }));
fit();
window.print();
