// The learning curve, and what more texts would bring about.

import { chart, legend, s } from "./charts.js";
import { h, percent } from "./dom.js";
import { several } from "./several.js";

// Half of what is shown as 0.1 points.
const LEAST = 0.0005;
const FIGURES = /** @type {Array<[string, string]>} */ ([["strict_f1", "Strict F1 of the spans"], ["characters_recall", "Personal characters found"]]);

export const learningCurve = () => several({
  path: "/runs/learning",
  title: "Would more texts help?",
  about: "Adapters are trained on a quarter, half, three quarters and all of the labelled texts, and measured on those held out. It takes about two and a half times as long as training once.",
  button: "Work it out",
  draw: ({ curve }) => (curve ? [h("div", { class: "columns" }, FIGURES.map(([key, name]) => one(name, curve.figures[key], curve)))] : []),
});

/** @param {string} name @param {any} figure @param {any} curve */
function one(name, figure, curve) {
  const { points, fit } = figure;
  const all = [...points.map((/** @type {[number, number]} */ [, share]) => share), ...(fit ? fit.band.map((/** @type {number[]} */ [, low]) => low) : [])];
  const floor = Math.floor(10 * Math.min(...all)) / 10;
  const most = points.at(-1)[0] + (fit ? curve.more : 0);
  const { svg, across, down, line } = chart(
    `${name} by the number of texts learnt from`,
    { from: 0, to: most, name: "texts learnt from", tell: (value) => String(Math.round(value)) },
    { from: floor, to: 1, name, tell: percent },
  );
  if (fit) {
    const edge = [...fit.band.map((/** @type {number[]} */ [n, low]) => [n, low]), ...fit.band.map((/** @type {number[]} */ [n, , high]) => [n, high]).reverse()];
    svg.append(s("polygon", { class: "band", points: edge.map(([n, share]) => `${across(n).toFixed(1)},${down(share).toFixed(1)}`).join(" ") }));
    line(fit.line, "second");
  }
  for (const [n, share] of points) svg.append(s("circle", { class: "dot", r: 4, cx: across(n), cy: down(share) }));
  return h("figure", { class: "stack" }, svg, fit ? legend([["second", "a fit; the band holds nine in ten"]]) : null, h("figcaption", {}, sentence(fit, curve)));
}

/** @param {any} fit @param {any} curve */
function sentence(fit, curve) {
  if (!fit) return "Too few sizes to say what more texts would bring about.";
  const [low, best, high] = fit.gain.map((/** @type {number} */ gain) => (100 * gain).toFixed(1));
  if (Math.max(...fit.gain.map(Math.abs)) < LEAST) return `${curve.more} more texts would bring about nothing that can be told from the ${curve.held_out} held-out texts. This is a fit, a power of the number of texts, and no promise.`;
  return `${curve.more} more texts would bring about ${Number(best) < 0 ? "" : "+"}${best} points (${low} to ${high}), from ${percent(fit.now)} to ${percent(fit.then)}. This is a fit, a power of the number of texts, and no promise; its range comes from drawing the ${curve.held_out} held-out texts anew.`;
}
