// What a run of several adapters is for: a button, how far it is, and what it found.

import { get, post } from "./api.js";
import { announce, field, fill, h, notify, select } from "./dom.js";
import { isOpen, STATES, timeLeft } from "./runs.js";

// An adapter of the folder has seen the texts.
const STARTS = /** @type {Array<[string, string]>} */ ([["default", "default"], ["fast", "fast"], ["", "nothing"]]);

/**
 * A panel for such a run. `look` asks how far it is.
 * @param {{path: string, title: string, about: string, button: string, draw: (told: any, look: () => Promise<void>) => any[]}} what
 */
export function several({ path, title, about, button, draw }) {
  const start = select(STARTS, "default");
  const begin = h("button", { type: "button", onclick: ask }, button);
  const state = h("div", {});
  const found = h("div", { class: "stack" });
  let last = "";
  let was = "";

  async function ask() {
    try {
      await post(path, { start: start.value || null });
      announce(`${title}: queued.`);
      await look();
    } catch (error) {
      notify(/** @type {Error} */ (error).message, { bad: true });
    }
  }

  async function look() {
    const told = await get(path);
    const { run } = told;
    begin.disabled = run !== null && isOpen(run);
    const now = JSON.stringify(told);
    if (now === last) return;
    last = now;
    if (run && was && was !== run.state) announce(`${title}: ${STATES[run.state]}.`);
    was = run?.state ?? "";
    fill(state, run && run.state !== "done" && stateOf(run));
    fill(found, draw(told, look));
  }

  /** @param {any} run */
  function stateOf(run) {
    const left = timeLeft(run);
    return h(
      "div",
      { class: "row" },
      h("span", { class: `state ${run.state}` }, STATES[run.state]),
      run.state === "running" && h("progress", { value: run.done, max: 1, class: "grow", "aria-label": "How far the run is" }),
      run.state === "running" && h("span", { class: "small" }, `${Math.round(100 * run.done)} %${left ? `, ${left}` : ""}`),
      run.message && h("span", { class: "bad" }, run.message),
    );
  }

  const element = h("section", { class: "panel", "aria-label": title }, h("h2", {}, title), h("p", {}, about), h("div", { class: "row" }, field("Start from", start), begin), state, found);
  return { element, look };
}
