// Two adapters side by side, and the operating point of one.

import { post, result } from "../api.js";
import { field, fill, h, notify, percent, select } from "../dom.js";
import { operatingPoint } from "../operating.js";

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
      h("h2", {}, "Two adapters"),
      h("p", {}, "Both are held against the labelled texts that are held out of training."),
      h("div", { class: "row" }, field("Before", old), field("After", young), h("button", { type: "button", class: "main", onclick: () => hold() }, "Compare")),
      compared,
    ),
    h(
      "section",
      { class: "panel", "aria-label": "Operating point" },
      h("h2", {}, "Operating point"),
      h("p", {}, "Find more, at the cost of masking more that is not personal, or the other way round. The curve was measured on texts that were held out when the adapter was trained."),
      h("div", { class: "row" }, field("Adapter", point), h("button", { type: "button", onclick: () => curve() }, "Show the curve")),
      points,
    ),
  );

  async function hold() {
    const bar = h("progress", { value: 0, max: 1, "aria-label": "How far it is" });
    fill(compared, bar);
    try {
      const told = await result(await post("/comparing", { old: old.value, new: young.value }), (done) => { bar.value = done; }, leaving.signal);
      if (told) fill(compared, two(told));
    } catch (error) {
      fill(compared);
      notify(/** @type {Error} */ (error).message, { bad: true });
    }
  }

  let drawing = new AbortController();
  async function curve() {
    drawing.abort();
    drawing = new AbortController();
    try {
      fill(points, await operatingPoint(point.value, folder.points[point.value], AbortSignal.any([leaving.signal, drawing.signal])));
    } catch (error) {
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

  return () => leaving.abort();
}
