// Texts: dropped, pasted, searched, and the queue.

import { get, post, result, send } from "../api.js";
import { field, fill, h, notify, select } from "../dom.js";
import { dropZone } from "../drop.js";

const STATUSES = { new: "not labelled", done: "done", skipped: "skipped" };
// More rows than people read; a search narrows them down.
const AT_ONCE = 200;
// What a narrow screen does without.
const WIDE = new Set(["Characters", "By"]);

/** @param {HTMLElement} root @param {string} _ @param {any} folder */
export async function show(root, _, folder) {
  const leaving = new AbortController();
  const table = h("div", { class: "scroll" });
  const count = h("p", { class: "muted", role: "status" });
  const looking = h("p", { class: "small muted" });
  const search = h("input", { type: "search", placeholder: "in text or name", oninput: () => soon() });
  const status = select([["", "all"], ...Object.entries(STATUSES)], "", { onchange: () => list() });
  const order = select(
    [["unsure", "least sure first"], ["file", "by file"], ["random", "at random"]],
    localStorage.getItem("order") ?? "unsure",
    { onchange: () => { localStorage.setItem("order", order.value); list(); look(); } },
  );
  let rows = AT_ONCE;
  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(list, 200); };

  async function list() {
    const query = new URLSearchParams({ search: search.value, status: status.value, order: order.value, seed: "1" });
    const { texts } = await get(`/texts?${query}`);
    if (leaving.signal.aborted) return;
    count.textContent = texts.length === 1 ? "1 text" : `${texts.length.toLocaleString()} texts`;
    fill(table, texts.length ? tableOf(texts.slice(0, rows)) : h("p", { class: "muted" }, search.value || status.value ? "No text is like that." : "No texts yet. Drop some, or paste one."));
    if (texts.length > rows) table.append(h("button", { type: "button", onclick: () => { rows += AT_ONCE; list(); } }, "Show more"));
  }

  /** @param {Array<[string, File]>} files */
  async function take(files) {
    if (!files.length) return;
    tell(await send("/texts/files", files));
  }

  /** @param {any} added */
  function tell(added) {
    const { duplicates, problems } = added;
    notify(`${added.added.length} added${duplicates.length ? `, ${duplicates.length} there already` : ""}.`);
    for (const one of duplicates.slice(0, 2)) notify(`${one.name} is the same text as ${one.of}.`);
    for (const problem of problems.slice(0, 3)) notify(problem, { bad: true });
    list();
    look();
  }

  /** Let the adapter look at what is new, so that the least sure come first. */
  async function look() {
    if (order.value !== "unsure") return;
    looking.textContent = "";
    try {
      await result(await post("/looking"), (done) => {
        looking.textContent = done < 1 ? `${folder.adapter} reads the texts, so that the least sure come first: ${Math.round(100 * done)} %` : "";
      }, leaving.signal);
      looking.textContent = "";
      if (!leaving.signal.aborted) list();
    } catch (error) {
      looking.textContent = /** @type {Error} */ (error).message;
    }
  }

  const pasted = h("textarea", { rows: 6 });
  const named = h("input", { maxlength: 200, autocomplete: "off" });
  const paste = h(
    "details",
    { class: "panel" },
    h("summary", {}, "Paste a text"),
    h("div", { class: "stack" }, field("Text", pasted), field("Its name, if you like", named), h("button", {
      type: "button",
      onclick: async () => {
        tell(await post("/texts/paste", { name: named.value, text: pasted.value }));
        pasted.value = named.value = "";
      },
    }, "Add the text")),
  );
  root.append(
    h("div", { class: "row apart" }, h("h1", {}, "Texts"), h("button", { type: "button", class: "main", onclick: () => { location.hash = "#/label"; } }, "Label the next text")),
    h("div", { class: "columns" }, dropZone("Drop files or folders here: text, Word, PDF, mail, web pages and tables; or labelled texts as JSON Lines, CoNLL, BRAT, Label Studio, doccano, spaCy, UIMA.", take), paste),
    h("div", { class: "row" }, field("Search", search), field("Status", status), field("Queue", order), looking),
    count,
    table,
  );
  await list();
  look();
  return () => { leaving.abort(); clearTimeout(timer); };
}

/** @param {any[]} texts */
function tableOf(texts) {
  const head = ["Name", "Status", "Characters", "Labels", "Unsure", "By"].map((name, i) => h("th", { scope: "col", class: `${i > 1 && i < 5 ? "number" : ""} ${WIDE.has(name) ? "wide" : ""}` }, name));
  const rows = texts.map((text) => h(
    "tr",
    {},
    h("td", { class: "name" }, h("a", { href: `#/label/${text.id}` }, text.name), text.open && h("span", { class: "small muted" }, ` open at ${text.open}’s`)),
    h("td", {}, h("span", { class: `state ${text.status}` }, STATUSES[/** @type {"new"} */ (text.status)])),
    h("td", { class: "number wide" }, text.characters.toLocaleString()),
    h("td", { class: "number" }, text.spans),
    h("td", { class: "number" }, text.status === "new" && text.doubt !== null ? `${(100 * text.doubt).toFixed(1)} %` : ""),
    h("td", { class: "wide" }, text.who),
  ));
  return h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
}
