// How good the labels are: how far people agree, and likely slips.

import { get, post, Refused } from "../api.js";
import { fill, h, notify } from "../dom.js";
import { keepLooking } from "../runs.js";
import { likelySlips } from "../slips.js";

/** @param {HTMLElement} root */
export async function show(root) {
  const list = h("div", { class: "stack" });
  const slips = likelySlips();
  root.append(
    h("h1", {}, "Quality"),
    slips.element,
    h("section", { class: "panel", "aria-label": "Agreement" }, h("h2", {}, "Agreement"), h("p", {}, "Where two people labelled the same text, each without seeing the other: “Read it a second time” beside a text."), list),
  );

  async function look() {
    const { overall, texts } = await get("/agreement");
    if (!overall) {
      fill(list, h("p", { class: "muted" }, "No text has been read twice yet."));
      return;
    }
    fill(
      list,
      h("p", {}, `F1 ${overall.f1.toFixed(3)} of spans, Cohen’s kappa ${overall.kappa.toFixed(3)} by character, on ${overall.texts === 1 ? "1 text" : `${overall.texts} texts`}.`),
      texts.map(one),
    );
  }

  /** @param {any} text */
  function one(text) {
    return h(
      "section",
      { class: "stack", "aria-label": text.name },
      h("div", { class: "row apart" }, h("h3", {}, h("a", { href: `#/label/${text.id}` }, text.name)), h("p", { class: "small muted" }, `F1 ${text.f1.toFixed(3)}, kappa ${text.kappa.toFixed(3)}`)),
      h(
        "div",
        { class: "columns" },
        side(`Only ${text.first || "the first"}`, text.only_first, "Take it out", (span) => ({ remove: [span.slice(0, 3)] }), text),
        side(`Only ${text.second}`, text.only_second, "Take it in", (span) => ({ add: [span.slice(0, 3)], remove: text.only_first.filter((/** @type {any} */ other) => other[0] < span[1] && span[0] < other[1]).map((/** @type {any} */ other) => other.slice(0, 3)) }), text),
      ),
    );
  }

  /** @param {string} name @param {any[]} spans @param {string} act @param {(span: any) => any} change @param {any} text */
  function side(name, spans, act, change, text) {
    return h(
      "div",
      { class: "stack" },
      h("h4", {}, name),
      spans.length ? h("ul", { class: "stack" }, spans.map((span) => h("li", { class: "row apart" }, h("span", {}, h("span", { class: "quote" }, span[3]), h("span", { class: "small muted" }, ` ${span[2]}`)), h("button", { type: "button", onclick: () => settle(text, change(span)) }, act)))) : h("p", { class: "muted" }, "Nothing."),
    );
  }

  /** @param {any} text @param {any} change */
  async function settle(text, change) {
    try {
      await post(`/texts/${text.id}/edit`, { layer: "", version: text.version, ...change });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      notify(error.message, { bad: true });
    }
    await look();
  }
  await Promise.all([look(), slips.look()]);
  return keepLooking(slips.look);
}
