// Likely slips: each a click away from its text, and settled by a button.

import { post, Refused } from "./api.js";
import { h, notify, sure } from "./dom.js";
import { several } from "./several.js";

const LISTED = 50;

export const likelySlips = () => several({
  path: "/slips",
  title: "Likely slips",
  about: "Three adapters are trained, each without a third of the labelled texts, and look at the texts they have not seen. Where one of them is sure of something else, the label may be a slip, or the adapter mistaken.",
  button: "Look for slips",
  draw: ({ slips }, look) => {
    if (!slips) return [];
    if (!slips.length) return [h("p", { class: "muted" }, "No slip is left.")];
    return [
      h("p", { role: "status" }, slips.length === 1 ? "1 likely slip" : `${slips.length} likely slips`),
      h("ul", { class: "stack" }, slips.slice(0, LISTED).map((/** @type {any} */ slip) => row(slip, look))),
      slips.length > LISTED && h("p", { class: "muted" }, `${slips.length - LISTED} more come up as these are settled.`),
    ];
  },
});

/** @param {any} slip @param {() => Promise<void>} look */
function row(slip, look) {
  const { labelled, found } = slip;
  const [start, end] = found ?? labelled;
  const says = !found ? `labelled ${labelled[2]}; sure that it is nothing` : !labelled ? `not labelled; sure of ${found[2]}` : `“${slip.was}” is labelled ${labelled[2]}; sure of ${found[2]}`;
  return h(
    "li",
    { class: "slip" },
    h(
      "p",
      {},
      h("a", { href: `#/label/${slip.text}@${start}-${end}` }, slip.name),
      h("span", { class: "small muted" }, ` ${says}, ${sure(slip.sure)}`),
    ),
    h("p", { class: "quote" }, `…${slip.before}`, h("strong", {}, slip.value), `${slip.after}…`),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", onclick: () => settle(slip, { remove: labelled ? [labelled] : [], add: found ? [found] : [] }, look) }, found ? `Label it ${found[2]}` : "Take the label away"),
      h("button", { type: "button", onclick: () => settle(slip, null, look) }, labelled ? "The label is right" : "Rightly not labelled"),
    ),
  );
}

/** @param {any} slip @param {{add: any[], remove: any[]} | null} change what is done; null: the label is right @param {() => Promise<void>} look */
async function settle(slip, change, look) {
  try {
    if (change) await post(`/texts/${slip.text}/edit`, { layer: "", version: slip.version, ...change });
    else await post("/slips/settled", { text: slip.text, labelled: slip.labelled, found: slip.found });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    notify(error.message, { bad: true });
  }
  await look();
  /** @type {HTMLElement | null} */ (document.querySelector(".slip button"))?.focus();
}
