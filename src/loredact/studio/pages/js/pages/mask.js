// Masking: a text to try, with both sides beside each other, and many at once.

import { post, result, send } from "../api.js";
import { download, field, fill, h, notify, select, sure } from "../dom.js";
import { dropZone } from "../drop.js";
import { Offsets } from "../offsets.js";
import { TextView } from "../textview.js";

/** @param {HTMLElement} root @param {string} _ @param {any} folder */
export async function show(root, _, folder) {
  const leaving = new AbortController();
  const colours = new Map(folder.labels.labels.map((/** @type {any} */ label) => [label.name, label.colour]));
  const input = h("textarea", { rows: 7, placeholder: "Paste a text" });
  const before = h("div", { class: "sheet", tabindex: 0, role: "group", "aria-label": "The text" });
  const after = h("div", { class: "sheet", tabindex: 0, role: "group", "aria-label": "The masked text" });
  const views = [new TextView(before, { pick: light }), new TextView(after, { pick: light })];
  const both = h("div", { class: "both", hidden: true }, h("div", { class: "stack" }, h("h2", {}, "Text"), before), h("div", { class: "stack" }, h("h2", {}, "Masked"), after));
  const found = h("p", { class: "muted", role: "status" });
  const which = select([["new", "texts that are not labelled"], ["done", "labelled texts"], ["all", "all texts"]], "new");
  const many = h("div", { class: "stack" });

  /** @param {string} key */
  function light(key) {
    for (const view of views) view.light(key);
  }
  for (const sheet of [before, after]) {
    sheet.addEventListener("pointerover", (/** @type {PointerEvent} */ event) => {
      const mark = event.target instanceof Element ? event.target.closest("mark") : null;
      for (const view of views) view.light(mark instanceof HTMLElement ? (mark.dataset.key ?? null) : null);
    });
  }

  async function mask() {
    const text = input.value;
    const told = await post("/mask", { text });
    const offsets = [new Offsets(text), new Offsets(told.text)];
    /** @param {number} side @param {string} from @param {string} to */
    const items = (side, from, to) => told.spans.map((/** @type {any} */ span, /** @type {number} */ i) => ({
      start: offsets[side].toUnit(span[from]),
      end: offsets[side].toUnit(span[to]),
      label: span.label,
      colour: colours.get(span.label) ?? 0,
      kind: "confirmed",
      tag: `${span.label} ${sure(span.score)}`,
      key: String(i),
    }));
    both.hidden = false;
    views[0].show(text, items(0, "start", "end"));
    views[1].show(told.text, items(1, "masked_start", "masked_end"));
    found.textContent = told.spans.length === 1 ? "1 span masked" : `${told.spans.length} spans masked`;
  }

  /** @param {Promise<any>} asked */
  async function all(asked) {
    const bar = h("progress", { value: 0, max: 1, "aria-label": "How far it is" });
    fill(many, bar);
    try {
      const job = await asked;
      for (const problem of job.problems ?? []) notify(problem, { bad: true });
      const told = await result(job, (done) => { bar.value = done; }, leaving.signal);
      if (!told) return;
      const address = `/api/masking/${job.id}.zip`;
      fill(many, h("p", { role: "status" }, `${told.report.texts} texts masked.`), h("div", { class: "row" }, h("button", { type: "button", class: "main", onclick: () => download(address) }, "Download them")), report(told.report));
    } catch (error) {
      fill(many);
      notify(/** @type {Error} */ (error).message, { bad: true });
    }
  }

  root.append(
    h("h1", {}, "Mask"),
    h("p", { class: "muted" }, `With the adapter ${folder.adapter}.`),
    h("section", { class: "panel", "aria-label": "Try a text" }, field("Try a text", input, "It is not kept."), h("div", { class: "row" }, h("button", { type: "button", class: "main", onclick: mask }, "Mask it"), found), both),
    h(
      "section",
      { class: "panel", "aria-label": "Mask many" },
      h("h2", {}, "Mask many"),
      h("div", { class: "row" }, field("Of this folder", which), h("button", { type: "button", onclick: () => all(post("/masking", { which: which.value })) }, "Mask these")),
      dropZone("Or drop files here; they are masked and not kept.", (files) => files.length && all(send("/masking/files", files))),
      many,
    ),
  );
  return () => {
    leaving.abort();
    for (const view of views) view.close();
  };
}

/** @param {any} told */
function report(told) {
  const rows = Object.entries(told.spans).map(([label, count]) => h("tr", {}, h("th", { scope: "row" }, label), h("td", { class: "number" }, count)));
  return h("table", {}, h("caption", {}, "What was masked"), h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Label"), h("th", { scope: "col", class: "number" }, "Spans"))), h("tbody", {}, rows));
}
