// The folder's labels: names, colours, a line that says what each covers, and their order, which gives the keys.

import { put, Refused } from "../api.js";
import { fill, h, notify, select } from "../dom.js";

const COLOURS = ["blue", "green", "orange", "pink", "cyan", "olive", "red", "violet", "teal", "yellow", "azure", "rose"];

/** @param {HTMLElement} root @param {string} _ @param {any} folder */
export async function show(root, _, folder) {
  /** @type {Array<{name: string, colour: number, guideline: string}>} */
  let labels = folder.labels.labels.map((/** @type {any} */ one) => ({ ...one }));
  let version = folder.labels.version;
  const list = h("ul", { class: "panel" });
  const draw = () => fill(list, labels.map(row));

  /** @param {any} one @param {number} i */
  function row(one, i) {
    const swatch = h("span", { class: `swatch tint c${one.colour}` });
    return h(
      "li",
      { class: "label-row" },
      h("span", { class: "row" }, i < 9 ? h("kbd", {}, i + 1) : swatch),
      h("input", { value: one.name, maxlength: 64, "aria-label": `Name of label ${i + 1}`, autocomplete: "off", oninput: (/** @type {any} */ event) => { one.name = event.target.value.trim(); } }),
      select(COLOURS.map((name, n) => [String(n), name]), String(one.colour), { class: `tint c${one.colour}`, "aria-label": `Colour of ${one.name}`, onchange: (/** @type {any} */ event) => { one.colour = Number(event.target.value); draw(); } }),
      h("input", { value: one.guideline, maxlength: 500, placeholder: "What it covers", "aria-label": `What ${one.name} covers`, oninput: (/** @type {any} */ event) => { one.guideline = event.target.value; } }),
      h(
        "span",
        { class: "row" },
        h("button", { type: "button", class: "quiet", disabled: i === 0, "aria-label": `${one.name} up`, onclick: () => move(i, -1) }, "↑"),
        h("button", { type: "button", class: "quiet", disabled: i === labels.length - 1, "aria-label": `${one.name} down`, onclick: () => move(i, 1) }, "↓"),
        h("button", { type: "button", class: "quiet", "aria-label": `Remove ${one.name}`, onclick: () => { labels.splice(i, 1); draw(); } }, "✕"),
      ),
    );
  }

  /** @param {number} i @param {number} way */
  function move(i, way) {
    [labels[i], labels[i + way]] = [labels[i + way], labels[i]];
    draw();
    const buttons = list.children[i + way].querySelectorAll("button");
    const same = buttons[way === -1 ? 0 : 1];
    (same.disabled ? buttons[way === -1 ? 1 : 0] : same).focus();
  }

  async function save() {
    try {
      version = (await put("/labels", { version, labels })).version;
      notify("The labels are kept.");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      notify(error.message, { bad: true });
    }
  }

  root.append(
    h("div", { class: "row apart" }, h("h1", {}, "Labels"), h("div", { class: "row" }, h("button", { type: "button", onclick: () => { labels.unshift({ name: "", colour: labels.length % COLOURS.length, guideline: "" }); draw(); /** @type {HTMLElement | null} */ (list.querySelector("input"))?.focus(); } }, "Add a label"), h("button", { type: "button", class: "main", onclick: save }, "Keep these"))),
    h("p", { class: "muted" }, "The first nine have the keys 1 to 9. What is labelled already keeps its label."),
    list,
  );
  draw();
}
