// Two adapters side by side, and the operating point of one.

import { post, put, result } from "../api.js";
import { chart, s } from "../charts.js";
import { field, fill, h, notify, percent, select } from "../dom.js";

const CHANGES = { won: "found now, right", lost: "no longer found, was right", wrong: "found now, wrong", righted: "no longer found, was wrong" };

/** @param {HTMLElement} root @param {string} parameter @param {any} folder */
export async function show(root, parameter, folder) {
  const leaving = new AbortController();
  const names = folder.adapters.map((/** @type {string} */ name) => [name, name]);
  const chosen = folder.adapters.includes(parameter) ? parameter : folder.adapter;
  const other = folder.adapters.includes(folder.adapter) && folder.adapter !== chosen ? folder.adapter : folder.adapters[0];
  const old = select(names, other);
  const young = select(names, chosen);
  const compared = h("div", { class: "stack" });
  const point = select(names, chosen);
  const points = h("div", { class: "stack" });
  root.append(
    h("h1", {}, "Compare"),
    h(
      "section",
      { class: "panel", "aria-label": "Two adapters" },
      h("p", {}, "Both are held against the labelled texts that are held out of training."),
      h("div", { class: "row" }, field("Before", old), field("After", young), h("button", { type: "button", class: "main", onclick: () => run(compared, () => post("/comparing", { old: old.value, new: young.value }), two) }, "Compare")),
      compared,
    ),
    h(
      "section",
      { class: "panel", "aria-label": "Operating point" },
      h("h2", {}, "Operating point"),
      h("p", {}, "Find more, at the cost of masking more that is not personal, or the other way round. The curve was measured on texts that were held out when the adapter was trained."),
      h("div", { class: "row" }, field("Adapter", point), h("button", { type: "button", onclick: () => run(points, () => post(`/points/${encodeURIComponent(point.value)}`), curve) }, "Show the curve")),
      points,
    ),
  );

  /** @param {HTMLElement} into @param {() => Promise<any>} ask @param {(told: any) => any[]} draw */
  async function run(into, ask, draw) {
    const bar = h("progress", { value: 0, max: 1, "aria-label": "How far it is" });
    fill(into, bar);
    try {
      const told = await result(await ask(), (done) => { bar.value = done; }, leaving.signal);
      if (told) fill(into, draw(told));
    } catch (error) {
      fill(into);
      notify(/** @type {Error} */ (error).message, { bad: true });
    }
  }

  /** @param {any} told */
  function two(told) {
    if (!told.held_out) return [h("p", { class: "muted" }, "No labelled text is held out yet: five texts or more are needed.")];
    /** @type {Array<[string, (figures: any) => number]>} */
    const figures = [
      ["personal characters found", (all) => all.characters.recall],
      ["of what is masked, personal", (all) => all.characters.precision],
      ["strict F1 of the spans", (all) => all.strict.f1],
      ["texts with nothing missed", (all) => all.documents.leak_free],
    ];
    const rows = figures.map(([name, of]) => {
      const difference = of(told.new) - of(told.old);
      return h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "number" }, percent(of(told.old))), h("td", { class: "number" }, percent(of(told.new))), h("td", { class: `number ${difference < 0 ? "bad" : difference > 0 ? "good" : ""}` }, `${difference > 0 ? "+" : ""}${(100 * difference).toFixed(1)}`));
    });
    return [
      h("div", { class: "scroll" }, h("table", {}, h("caption", {}, `On ${told.held_out} held-out texts`), h("thead", {}, h("tr", {}, h("td", {}), ["before", "after", "change"].map((name) => h("th", { scope: "col", class: "number" }, name)))), h("tbody", {}, rows))),
      ...told.texts.map((/** @type {any} */ text) => h(
        "div",
        {},
        h("h3", {}, h("a", { href: `#/label/${text.id}` }, text.name)),
        h("ul", {}, Object.entries(CHANGES).flatMap(([what, name]) => text[what].map((/** @type {any} */ span) => h("li", {}, h("span", { class: `small ${what === "won" || what === "righted" ? "good" : "bad"}` }, `${name}: `), h("span", { class: "quote" }, span[3]), h("span", { class: "small muted" }, ` ${span[2]}`))))),
      )),
      !told.texts.length && h("p", { class: "muted" }, "Both find the same."),
    ];
  }

  /** @param {any} told */
  function curve(told) {
    if (!told.points.length) return [h("p", { class: "muted" }, "This adapter has no curve: no text was held out when it was trained.")];
    const all = told.points;
    const kept = folder.points[point.value];
    // Of an adapter's own point only the recall is known; the curve's point that is nearest stands for it.
    const own = nearest(all, told.own === null ? (/** @type {any} */ one) => Math.abs(one.offset) : (/** @type {any} */ one) => Math.abs(one.recall - told.own));
    const began = kept === undefined ? own : nearest(all, (/** @type {any} */ one) => Math.abs(one.offset - kept));
    let now = began;
    const low = Math.min(...all.map((/** @type {any} */ one) => Math.min(one.recall, one.precision)));
    const floor = Math.floor(10 * low) / 10;
    const { svg, across, down, line } = chart(
      "Precision against recall",
      { from: floor, to: 1, name: "recall: personal characters found", tell: percent },
      { from: floor, to: 1, name: "precision", tell: percent },
    );
    line(all.map((/** @type {any} */ one) => [one.recall, one.precision]), "first");
    for (const one of all) svg.append(s("circle", { class: "dot", r: 3, cx: across(one.recall), cy: down(one.precision) }));
    const dot = s("circle", { class: "chosen", r: 7 });
    svg.append(dot);
    const slider = h("input", { type: "range", min: 0, max: all.length - 1, step: 1, value: began, oninput: () => choose(Number(slider.value)) });
    const sentence = h("p", { role: "status" });
    const changes = h("div", { class: "stack" });
    const use = h("button", { type: "button", onclick: keep }, "Use this point");

    /** @param {number} index */
    function choose(index) {
      now = index;
      slider.value = String(index);
      const one = all[index];
      dot.setAttribute("cx", across(one.recall));
      dot.setAttribute("cy", down(one.precision));
      slider.setAttribute("aria-valuetext", `recall ${percent(one.recall)}, precision ${percent(one.precision)}`);
      sentence.textContent = `Recall ${percent(one.recall)}, precision ${percent(one.precision)}.`;
      const differ = told.texts.map((/** @type {any} */ text) => difference(text, began, now)).filter(Boolean);
      fill(changes, h("p", { class: "muted" }, differ.length ? `${differ.length} of ${told.texts.length} texts change against the point you came from:` : `None of ${told.texts.length} texts changes against the point you came from.`), differ.slice(0, 30));
    }

    async function keep() {
      await put("/adapter", { name: point.value, point: all[now].offset });
      notify(`${point.value} is used at a recall of ${percent(all[now].recall)} from now on.`);
    }

    /** @param {PointerEvent} event */
    function drag(event) {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
      const y = ((event.clientY - box.top) / box.height) * svg.viewBox.baseVal.height;
      choose(nearest(all, (/** @type {any} */ one) => (across(one.recall) - x) ** 2 + (down(one.precision) - y) ** 2));
    }
    svg.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => { svg.setPointerCapture(event.pointerId); drag(event); });
    svg.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => { if (event.buttons) drag(event); });
    choose(began);
    return [h("div", { class: "columns" }, h("figure", {}, svg), h("div", { class: "stack" }, field("From sure spans alone to all that may be one", slider), sentence, use)), changes];
  }
  return () => leaving.abort();
}

/** The place of the least. @param {any[]} values @param {(value: any) => number} far */
const nearest = (values, far) => values.reduce((best, value, index) => (far(value) < far(values[best]) ? index : best), 0);

/** @param {any} text @param {number} before @param {number} after */
function difference(text, before, after) {
  const key = (/** @type {any} */ span) => span.join("\u0000");
  const one = new Set(text.spans[before].map(key));
  const other = new Set(text.spans[after].map(key));
  const more = text.spans[after].filter((/** @type {any} */ span) => !one.has(key(span)));
  const less = text.spans[before].filter((/** @type {any} */ span) => !other.has(key(span)));
  if (!more.length && !less.length) return null;
  const row = (/** @type {any} */ span, /** @type {string} */ sign) => h("li", {}, `${sign} `, h("span", { class: "quote" }, span[3]), h("span", { class: "small muted" }, ` ${span[2]}`));
  return h("div", {}, h("h3", {}, h("a", { href: `#/label/${text.id}` }, text.name)), h("ul", {}, more.map((/** @type {any} */ span) => row(span, "+")), less.map((/** @type {any} */ span) => row(span, "−"))));
}
