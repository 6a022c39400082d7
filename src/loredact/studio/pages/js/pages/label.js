// The page on which a text is labelled.

import { get, post, who } from "../api.js";
import { announce, arrange, fill, h, notify } from "../dom.js";
import { Editor } from "../labelling/editor.js";
import { actionOf, HELP } from "../labelling/keys.js";
import { Session } from "../labelling/session.js";
import { TextView } from "../textview.js";

const AGAIN_MILLISECONDS = 15_000;
// Of the spans, so many around the one at hand are listed.
const LISTED = 40;

/** @param {HTMLElement} root @param {string} parameter @param {any} folder */
export async function show(root, parameter, folder) {
  const [at, second] = parameter.split("!");
  const [number, place] = at.split("@");
  if (!number) {
    const { text } = await next(0);
    if (text === null) {
      const has = Object.keys(folder.texts).length > 0;
      root.append(h("div", { class: "panel" }, h("h1", {}, has ? "All texts are labelled" : "No texts yet"), h("p", {}, has ? "Train an adapter on them, or add more." : "Add some on the page of texts."), h("p", {}, h("a", { class: "button", href: has ? "#/train" : "#/texts" }, has ? "Train" : "Texts"))));
      return undefined;
    }
    history.replaceState(null, "", `#/label/${text}`);
    return label(root, text, "", folder);
  }
  return label(root, Number(number), second ? who() : "", folder, place);
}

/** @param {number} after */
const next = (after) => get(`/next?${new URLSearchParams({ order: localStorage.getItem("order") ?? "unsure", seed: "1", after: String(after) })}`);

/** @param {HTMLElement} root @param {number} id @param {string} layer @param {any} folder @param {string} [place] `start-end`, in code points, to go to */
async function label(root, id, layer, folder, place) {
  const labels = folder.labels.labels;
  const pane = h("div", { class: "pane", tabindex: 0, role: "application", "aria-label": "The text", "aria-describedby": "pane-keys" });
  const banner = h("div", {});
  const state = h("p", { class: "small muted", id: "saved" });
  const list = h("ul", { class: "spans" });
  const heading = h("h2", {}, "Spans");
  const guideline = h("p", { class: "small muted", "aria-live": "polite" });
  const undo = h("button", { type: "button", onclick: () => editor.undo() }, "Undo");
  const redo = h("button", { type: "button", onclick: () => editor.redo() }, "Redo");
  const all = h("button", { type: "button", onclick: () => { editor.acceptAll(); pane.focus(); } }, "Accept all");
  const done = h("button", { type: "button", class: "main", onclick: () => finish("done") }, "Done, next");
  const skip = h("button", { type: "button", onclick: () => finish("skipped") }, "Skip");
  const search = h("input", { type: "search", placeholder: "Find", "aria-label": "Find in the text", autocomplete: "off" });
  const help = helpDialog();
  const before = h("li", { class: "small muted" });
  const after = h("li", { class: "small muted" });
  /** @type {WeakMap<object, any>} */
  const rows = new WeakMap();
  const leaving = new AbortController();

  const view = new TextView(pane, {
    select: (start, end) => editor.add(start, end),
    pick: (key) => editor.pick(key),
  });
  const session = await Session.open(id, layer, {
    changed: () => editor.refresh(),
    counted: () => told(),
    trouble: (message) => notify(message, { bad: true }),
  });
  const editor = new Editor(session, view, labels, told);
  view.show(session.text);

  const radios = labels.map((one, i) => labelRow(one, i, () => { editor.choose(one.name); pane.focus(); }));
  root.append(
    h(
      "div",
      { class: "labelling" },
      h(
        "div",
        { class: "work" },
        h("div", { class: "row apart" }, h("h1", {}, session.name), h("div", { class: "row" }, layer ? h("span", { class: "state" }, `second reading by ${layer}`) : null, search, state)),
        banner,
        pane,
        h("div", { class: "row apart" }, h("div", { class: "row" }, undo, redo, all), h("div", { class: "row" }, h("button", { type: "button", class: "quiet", onclick: () => help.showModal() }, "Keys"), skip, done)),
        h("p", { class: "unseen", id: "pane-keys" }, HELP.map(([key, what]) => `${key}: ${what}`).join("; ")),
      ),
      h(
        "aside",
        { "aria-label": "Labels and spans" },
        h("fieldset", {}, h("legend", {}, h("h2", {}, "Label")), h("div", { class: "labels" }, radios)),
        guideline,
        heading,
        list,
        layer ? h("a", { href: `#/label/${id}` }, "The first reading") : h("button", { type: "button", class: "quiet", onclick: again }, "Read it a second time"),
      ),
    ),
    help,
  );

  function told() {
    const spans = editor.all;
    const open = session.open.length;
    state.textContent = session.waiting ? "keeping …" : session.status === "done" ? "done" : session.status === "skipped" ? "skipped" : session.version ? "kept" : "";
    undo.disabled = !session.undoable;
    redo.disabled = !session.redoable;
    all.textContent = open ? `Accept all ${open}` : "Accept all";
    all.disabled = !open;
    heading.textContent = `${spans.length - open} labelled${open ? `, ${open} suggested` : ""}`;
    const at = Math.max(0, spans.findIndex((item) => item.key === editor.current));
    const from = Math.max(0, Math.min(at - LISTED / 2, spans.length - LISTED));
    const near = spans.slice(from, from + LISTED);
    before.hidden = from <= 0;
    before.textContent = `${from} before these`;
    after.hidden = from + LISTED >= spans.length;
    after.textContent = `${spans.length - from - LISTED} more`;
    arrange(list, [before, ...near.map(spanRow), after]);
    const radio = radios.find((row) => row.firstElementChild.value === editor.label)?.firstElementChild;
    if (radio) radio.checked = true;
    guideline.textContent = labels.find((/** @type {any} */ one) => one.name === editor.label)?.guideline ?? "";
  }

  /** The row of a span, the same as long as the span is. @param {import("../labelling/editor.js").Item} item */
  function spanRow(item) {
    let row = rows.get(item);
    if (!row) {
      const { start, end, key, tag } = item;
      row = h("li", {}, h("button", { type: "button", onclick: () => { editor.pick(key); pane.focus(); } }, h("span", { class: "value" }, session.text.slice(start, Math.min(end, start + 60))), h("span", { class: "what" }, tag)));
      rows.set(item, row);
    }
    if (item.key === editor.current) row.firstElementChild.setAttribute("aria-current", "true");
    else row.firstElementChild.removeAttribute("aria-current");
    return row;
  }

  /** @param {"done" | "skipped"} status */
  async function finish(status) {
    if (editor.readOnly) return;
    await session.setStatus(status);
    if (session.status !== status) return;
    if (layer) {
      location.hash = "#/quality";
      return;
    }
    const { text, left } = await next(id);
    announce(text === null ? "That was the last text." : `${left} left.`);
    location.hash = text === null ? "#/train" : `#/label/${text}`;
  }

  function again() {
    if (!who()) {
      notify("Give your name above first: a second reading is kept under it.", { bad: true });
      document.getElementById("who")?.focus();
      return;
    }
    location.hash = `#/label/${id}!second`;
  }

  /** @param {boolean} [take] */
  async function hold(take = false) {
    const { elsewhere } = await post(`/texts/${id}/open`, { layer, take });
    const was = editor.readOnly;
    if (was === (elsewhere !== null)) return;
    if (was) {
      // What was done elsewhere comes in before anything may be done here, which it would take away.
      const now = await Session.open(id, layer, session.listeners);
      if (!editor.readOnly) return;
      Object.assign(session, { spans: now.spans, dismissed: now.dismissed, version: now.version, status: now.status, undoable: now.undoable, redoable: now.redoable });
    }
    editor.readOnly = !was;
    fill(banner, !was && h("div", { class: "banner row apart" }, h("p", {}, `Open at ${elsewhere}’s: what you do here is not kept.`), h("button", { type: "button", onclick: () => hold(true) }, "Take it over")));
    if (was) editor.refresh();
  }

  pane.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const act = actionOf(event, editor, { done: () => finish("done"), skip: () => finish("skipped"), help: () => help.showModal(), find: () => search.focus() });
    if (!act) return;
    event.preventDefault();
    act();
  });
  search.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Enter") editor.find(search.value);
    pane.focus();
  });
  help.addEventListener("close", () => pane.focus());

  editor.refresh();
  pane.focus({ preventScroll: true });
  if (place) {
    const [start, end] = place.split("-").map((point) => session.offsets.toUnit(Number(point)));
    editor.goToPlace(start, end);
  }
  const holding = setInterval(() => hold().catch(() => {}), AGAIN_MILLISECONDS);
  hold();
  // A second reading is one's own: what the adapter finds would make both alike.
  if (!layer) suggest(false);
  /** @param {boolean} long */
  async function suggest(long) {
    try {
      const told = await session.suggest(long, leaving.signal);
      if (told.long) fill(banner, h("div", { class: "banner row apart" }, h("p", {}, "The text is long: suggestions take a while."), h("button", { type: "button", onclick: () => { fill(banner); suggest(true); } }, "Suggest")));
    } catch (error) {
      if (!leaving.signal.aborted) notify(`No suggestions: ${/** @type {Error} */ (error).message}`, { bad: true });
    }
  }
  const letGo = () => { if (!editor.readOnly) post(`/texts/${id}/open`, { layer, close: true }).catch(() => {}); };
  addEventListener("pagehide", letGo);
  return () => {
    removeEventListener("pagehide", letGo);
    letGo();
    leaving.abort();
    clearInterval(holding);
    view.close();
  };
}

/** @param {any} one @param {number} i @param {() => void} choose */
function labelRow(one, i, choose) {
  return h("label", { class: `c${one.colour}`, title: one.guideline }, h("input", { type: "radio", name: "label", value: one.name, class: "unseen", onclick: choose }), h("span", { class: "swatch tint" }), h("span", { class: "name" }, one.name), i < 9 && h("kbd", {}, i + 1));
}

function helpDialog() {
  const dialog = h("dialog", { "aria-label": "Keys" });
  dialog.append(
    h("div", { class: "stack" }, h("h2", {}, "Keys"), h("p", { class: "muted" }, "They count while the text has the focus. With the mouse: drag over a text, or double-click a word."), h("table", {}, h("tbody", {}, HELP.map(([key, what]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, what))))), h("button", { type: "button", onclick: () => dialog.close() }, "Close")),
  );
  return dialog;
}
