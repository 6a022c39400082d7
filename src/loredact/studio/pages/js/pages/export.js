// What is taken out of the folder, and another browser let in.

import { get, post } from "../api.js";
import { download, field, h, notify, select } from "../dom.js";

/** @type {Record<string, string>} */
const NAMES = {
  loredact: "JSON Lines of loredact",
  columns: "CoNLL columns (BIOES)",
  brat: "BRAT (a folder, as an archive)",
  presidio: "Presidio’s evaluator",
  spacy: "spaCy (.spacy)",
  "label-studio": "Label Studio",
  doccano: "doccano",
};

/** @param {HTMLElement} root @param {string} _ @param {any} folder */
export async function show(root, _, folder) {
  const { forms } = await get("/export/forms");
  const form = select(forms.map((/** @type {string} */ name) => [name, NAMES[name] ?? name]), "loredact");
  const adapter = select(folder.adapters.map((/** @type {string} */ name) => [name, name]), folder.adapter);
  const address = h("input", { readonly: true });
  const shown = h("div", { hidden: true }, field("Address", address, "It works once, on this machine."));
  root.append(
    h("h1", {}, "Export"),
    h("section", { class: "panel", "aria-label": "Labelled texts" }, h("h2", {}, "Labelled texts"), h("p", {}, `${folder.texts.done ?? 0} texts are done.`), h("div", { class: "row" }, field("Form", form), h("button", { type: "button", class: "main", disabled: !folder.texts.done, onclick: () => download(`/api/export/labelled?form=${form.value}`) }, "Download"))),
    h("section", { class: "panel", "aria-label": "Adapter" }, h("h2", {}, "Adapter"), h("p", {}, "Its folder, for ", h("code", {}, "loredact mask --adapter"), " and every other program that reads it."), h("div", { class: "row" }, field("Adapter", adapter), h("button", { type: "button", onclick: () => download(`/api/export/adapters/${adapter.value}`) }, "Download"))),
    h(
      "section",
      { class: "panel", "aria-label": "Another browser" },
      h("h2", {}, "Another browser"),
      h("p", {}, "On this machine, for another person or another window."),
      h("button", { type: "button", onclick: async () => { address.value = (await post("/address")).address; shown.hidden = false; address.select(); notify("The address works once."); } }, "Make an address"),
      shown,
    ),
  );
}
