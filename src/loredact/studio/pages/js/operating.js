// The operating point of an adapter: a curve to drag on, and the texts that change.

import { get, post, put, result } from "./api.js";
import { chart, s } from "./charts.js";
import { field, fill, h, notify, percent } from "./dom.js";

/** @typedef {{offset: number, recall: number, precision: number}} Point */
/** @typedef {{id: number, name: string, spans: Array<[number, number, string, string]>}} Text */

const LISTED = 30;

/**
 * The curve of an adapter, with the texts that change against the point that is in use.
 * @param {string} name the adapter @param {number | undefined} kept the offset that was chosen for it, if one was
 * @param {AbortSignal} signal of the page that is left
 */
export async function operatingPoint(name, kept, signal) {
  const path = `/points/${encodeURIComponent(name)}`;
  /** @type {{points: Point[], own: number | null}} */
  const { points, own } = await get(path, signal);
  if (!points.length) return [h("p", { class: "muted" }, "This adapter has no curve: no text was held out when it was trained.")];
  // Of an adapter's own point only the recall is known; the curve's point that is nearest stands for it.
  let began = kept !== undefined ? nearest(points, (one) => Math.abs(one.offset - kept)) : own ? nearest(points, (one) => Math.abs(one.recall - own)) : nearest(points, (one) => Math.abs(one.offset));
  let now = began;
  const low = Math.min(...points.map((one) => Math.min(one.recall, one.precision)));
  const floor = Math.floor(10 * low) / 10;
  const { svg, across, down, line } = chart(
    "Precision against recall",
    { from: floor, to: 1, name: "recall: personal characters found", tell: percent },
    { from: floor, to: 1, name: "precision", tell: percent },
  );
  line(points.map((one) => [one.recall, one.precision]), "first");
  for (const one of points) svg.append(s("circle", { class: "dot", r: 3, cx: across(one.recall), cy: down(one.precision) }));
  const dot = s("circle", { class: "chosen", r: 7 });
  svg.append(dot);
  const slider = h("input", { type: "range", min: 0, max: points.length - 1, step: 1, value: began, oninput: () => choose(Number(slider.value)) });
  const sentence = h("p", { role: "status" });
  const changes = h("div", { class: "stack" });
  const bar = h("progress", { value: 0, max: 1, "aria-label": "How far the texts are scored" });
  const use = h("button", { type: "button", onclick: keep }, "Use this point");
  /** What is found at each point, once it was asked. @type {Map<number, Text[]>} */
  const found = new Map();

  /** @param {number} index */
  function choose(index) {
    now = index;
    slider.value = String(index);
    const one = points[index];
    dot.setAttribute("cx", across(one.recall));
    dot.setAttribute("cy", down(one.precision));
    slider.setAttribute("aria-valuetext", `recall ${percent(one.recall)}, precision ${percent(one.precision)}`);
    sentence.textContent = `Recall ${percent(one.recall)}, precision ${percent(one.precision)}.`;
    tell();
  }

  function tell() {
    const before = found.get(began);
    const after = found.get(now);
    if (!before || !after) return;
    const differ = after.map((text, i) => difference(text, before[i])).filter(Boolean);
    const many = `${after.length} ${after.length === 1 ? "text" : "texts"}`;
    fill(changes, h("p", { class: "muted" }, differ.length ? `${differ.length} of ${many} ${differ.length === 1 ? "changes" : "change"} against the point in use:` : `None of ${many} changes against the point in use.`), differ.slice(0, LISTED));
  }

  /** Have the texts scored, and then ask what is found at each point, the nearest to where one is first. */
  async function look() {
    try {
      if ((await result(await post(`${path}/scoring`), (done) => { bar.value = done; }, signal)) === null) return;
      fill(changes);
      while (found.size < points.length && !signal.aborted) {
        const open = points.map((_, i) => i).filter((i) => !found.has(i));
        const next = found.has(began) ? open.reduce((best, i) => (Math.abs(i - now) < Math.abs(best - now) ? i : best)) : began;
        found.set(next, (await get(`${path}/${next}`, signal)).texts);
        if (next === now || next === began) tell();
      }
    } catch (error) {
      if (!signal.aborted) notify(/** @type {Error} */ (error).message, { bad: true });
    }
  }

  async function keep() {
    await put("/adapter", { name, point: points[now].offset });
    began = now;
    tell();
    notify(`${name} is used at a recall of ${percent(points[now].recall)} from now on.`);
  }

  /** @param {PointerEvent} event */
  function drag(event) {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    const y = ((event.clientY - box.top) / box.height) * svg.viewBox.baseVal.height;
    choose(nearest(points, (one) => (across(one.recall) - x) ** 2 + (down(one.precision) - y) ** 2));
  }
  svg.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => { svg.setPointerCapture(event.pointerId); drag(event); });
  svg.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => { if (event.buttons) drag(event); });
  fill(changes, h("p", { class: "small muted" }, "The texts are scored once; then they follow the point."), bar);
  choose(began);
  look();
  return [h("div", { class: "columns" }, h("figure", {}, svg), h("div", { class: "stack" }, field("From sure spans alone to all that may be one", slider), sentence, use)), changes];
}

/** The place of the least. @param {Point[]} points @param {(point: Point) => number} far */
const nearest = (points, far) => points.reduce((best, point, index) => (far(point) < far(points[best]) ? index : best), 0);

/** @param {Text} after @param {Text} before */
function difference(after, before) {
  const key = (/** @type {any} */ span) => span.join("\u0000");
  const one = new Set(before.spans.map(key));
  const other = new Set(after.spans.map(key));
  const more = after.spans.filter((span) => !one.has(key(span)));
  const less = before.spans.filter((span) => !other.has(key(span)));
  if (!more.length && !less.length) return null;
  const row = (/** @type {any} */ span, /** @type {string} */ sign) => h("li", {}, `${sign} `, h("span", { class: "quote" }, span[3]), h("span", { class: "small muted" }, ` ${span[2]}`));
  return h("div", {}, h("h3", {}, h("a", { href: `#/label/${after.id}` }, after.name)), h("ul", {}, more.map((span) => row(span, "+")), less.map((span) => row(span, "−"))));
}
