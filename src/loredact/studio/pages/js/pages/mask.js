// Masking: a text to try, with both sides beside each other, and files of every format at once.

import { post, result, send } from "../api.js";
import { download, field, fill, h, notify, select, sure } from "../dom.js";
import { dropZone } from "../drop.js";
import { chooseHow } from "../masking/how.js";
import { report } from "../masking/report.js";
import { Offsets } from "../offsets.js";
import { byPlace } from "../spans.js";
import { TextView } from "../textview.js";

/** @param {HTMLElement} root @param {string} _ @param {any} folder */
export async function show(root, _, folder) {
  const leaving = new AbortController();
  const colours = new Map(folder.labels.labels.map((/** @type {any} */ label) => [label.name, label.colour]));
  const how = await chooseHow(folder.labels.labels, () => { if (!both.hidden) mask(); });
  const input = h("textarea", { rows: 7, placeholder: "Paste a text" });
  const before = h("div", { class: "sheet", tabindex: 0, role: "group", "aria-label": "The text" });
  const after = h("div", { class: "sheet", tabindex: 0, role: "group", "aria-label": "The masked text" });
  const views = [new TextView(before, { pick: light }), new TextView(after, { pick: light })];
  const both = h("div", { class: "both", hidden: true }, h("div", { class: "stack" }, h("h2", {}, "Text"), before), h("div", { class: "stack" }, h("h2", {}, "Masked"), after));
  const found = h("p", { class: "muted", role: "status" });
  const which = select([["new", "texts that are not labelled"], ["done", "labelled texts"], ["all", "all texts"]], "new");
  const many = h("div", { class: "stack" });

  /** @param {string | null} key */
  function light(key) {
    for (const view of views) view.light(key);
  }
  for (const sheet of [before, after]) {
    sheet.addEventListener("pointerover", (/** @type {PointerEvent} */ event) => {
      const mark = event.target instanceof Element ? event.target.closest("mark") : null;
      light(mark instanceof HTMLElement ? (mark.dataset.key ?? null) : null);
    });
  }

  async function mask() {
    const text = input.value;
    let told;
    try {
      told = await post("/mask", { text, how: how.value });
    } catch (error) {
      notify(/** @type {Error} */ (error).message, { bad: true });
      return;
    }
    const spans = [
      ...told.spans.map((/** @type {any} */ span) => ({ ...span, kind: "confirmed", tag: `${span.label} ${sure(span.score)}` })),
      ...told.kept.map((/** @type {any} */ span) => ({ ...span, kind: "suggested", tag: `${span.label} kept: ${span.reason}` })),
    ].sort(byPlace);
    const offsets = [new Offsets(text), new Offsets(told.text)];
    /** @param {number} side @param {string} from @param {string} to */
    const items = (side, from, to) => spans.map((span, i) => ({
      ...span,
      start: offsets[side].toUnit(span[from]),
      end: offsets[side].toUnit(span[to]),
      colour: colours.get(span.label) ?? 0,
      key: String(i),
    }));
    both.hidden = false;
    views[0].show(text, items(0, "start", "end"));
    views[1].show(told.text, items(1, "masked_start", "masked_end"));
    found.textContent = `${told.spans.length === 1 ? "1 span" : `${told.spans.length} spans`} masked${told.kept.length ? `, ${told.kept.length} kept` : ""}`;
  }

  /** @param {Promise<any>} asked */
  async function all(asked) {
    const bar = h("progress", { value: 0, max: 1, "aria-label": "How far it is" });
    fill(many, bar);
    try {
      const job = await asked;
      const told = await result(job, (done) => { bar.value = done; }, leaving.signal);
      if (!told) return;
      const address = `/api/masking/${job.id}.zip`;
      fill(many, h("p", { role: "status" }, told.files === 1 ? "1 file masked." : `${told.files} files masked.`), h("div", { class: "row" }, h("button", { type: "button", class: "main", onclick: () => download(address) }, "Download them")), report(told));
    } catch (error) {
      fill(many);
      notify(/** @type {Error} */ (error).message, { bad: true });
    }
  }

  root.append(
    h("h1", {}, "Mask"),
    h("section", { class: "panel", "aria-label": "How to mask" }, h("p", {}, `With the adapter ${folder.adapter}.`), how.element),
    h("section", { class: "panel", "aria-label": "Try a text" }, field("Try a text", input, "It is not kept."), h("div", { class: "row" }, h("button", { type: "button", class: "main", onclick: mask }, "Mask it"), found), both),
    h(
      "section",
      { class: "panel", "aria-label": "Mask many" },
      h("h2", {}, "Mask many"),
      h("div", { class: "row" }, field("Of this folder", which), h("button", { type: "button", onclick: () => all(post("/masking", { which: which.value, how: how.value })) }, "Mask these")),
      dropZone("Or drop files or folders here, in every format that is masked: text, tables, JSON, XML, mail, Word, Excel, PDF, archives. They are not kept.", (files) => files.length && all(send("/masking/files", files, { how: JSON.stringify(how.value) }))),
      many,
    ),
  );
  return () => {
    leaving.abort();
    for (const view of views) view.close();
  };
}
