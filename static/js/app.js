// The desk's own script: what HTML and htmx cannot do. Everything listens on the document, so that swapped content works.
import "./scan.js"; // first: it sees every key before the others
import "./menus.js";
import "./dialogs.js";
import "./saving.js";
import "./fields.js";
import "./drafts.js";
import "./combobox.js";
import "./keys.js";
import "./live.js";
import "./sorting.js";
