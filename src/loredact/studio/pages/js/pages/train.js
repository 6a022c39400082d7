// Training runs: one button, and what becomes of it.

import { get, post, put } from "../api.js";
import { chart, legend, smooth } from "../charts.js";
import { announce, field, fill, h, notify, percent, select } from "../dom.js";
import { learningCurve } from "../learning.js";
import { keepLooking, STATES, timeLeft } from "../runs.js";

/** @type {Record<string, string>} */
const KINDS = { slips: "looks for slips", curve: "works out the learning curve" };

/** @param {HTMLElement} root @param {string} _ @param {any} folder */
export async function show(root, _, folder) {
  const about = h("p", {});
  const button = h("button", { type: "button", class: "main", onclick: () => train() }, "Train");
  const start = select([...folder.adapters.map((/** @type {string} */ name) => [name, name]), ["", "nothing"]], folder.adapter);
  const epochs = h("input", { type: "number", min: 0.1, step: "any" });
  const minutes = h("input", { type: "number", min: 0.1, step: "any" });
  const rank = h("input", { type: "number", min: 1, placeholder: "16" });
  const rate = h("input", { type: "number", min: 0, max: 1, step: "any", placeholder: "by the start" });
  const seed = h("input", { type: "number", min: 0, placeholder: "0" });
  const base = h("input", { autocomplete: "off", placeholder: "the default" });
  const runs = h("div", { class: "stack" });
  const more = learningCurve();
  /** @type {Map<number, any>} */
  const shown = new Map();

  root.append(
    h("h1", {}, "Train"),
    h(
      "section",
      { class: "panel", "aria-label": "A new run" },
      about,
      h(
        "div",
        { class: "fields" },
        field("Go on from", start, "An adapter keeps what it can and adds your labels. Nothing: it learns from your texts alone."),
        field("Times through the texts", epochs, "More for few texts, fewer for many. Twice as many take twice as long."),
      ),
      h(
        "details",
        {},
        h("summary", {}, "More settings"),
        h(
          "div",
          { class: "fields" },
          field("Minutes", minutes, "A time in place of the times through. A run by the clock cannot be repeated bit for bit."),
          field("Rank", rank, "How much LoRA's matrices can hold. From nothing only: an adapter keeps its own."),
          field("Learning rate", rate, "How far a step goes. Too high and the loss jumps; too low and nothing is learnt."),
          field("Seed", seed, "The same seed, texts and machine give the same adapter."),
          field("Base model", base, "A name or a folder. From nothing only."),
        ),
      ),
      button,
    ),
    runs,
    more.element,
  );

  async function train() {
    const number = (/** @type {HTMLInputElement} */ input) => (input.value === "" ? undefined : Number(input.value));
    const body = { start: start.value || null, minutes: number(minutes), epochs: minutes.value ? undefined : number(epochs), rank: number(rank), learning_rate: number(rate), seed: number(seed), base: base.value || undefined };
    try {
      await post("/runs", body);
      announce("Training is queued.");
      await look();
    } catch (error) {
      notify(/** @type {Error} */ (error).message, { bad: true });
    }
  }

  async function look() {
    const told = await get("/runs");
    about.textContent = told.training
      ? `${told.training} labelled texts to learn from; ${told.held_out} are held out, and tell how good the adapter is.`
      : "Label some texts first: a handful is enough to begin with.";
    button.disabled = !told.training;
    if (!epochs.value) epochs.value = String(told.epochs);
    const order = [];
    for (const run of told.runs) {
      const now = JSON.stringify([run, folder.adapter]);
      let one = shown.get(run.id);
      if (!one || one.state !== now) {
        const curve = await get(`/runs/${run.id}/curve`);
        const box = panel(run, curve);
        if (one) {
          const within = one.box.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement)?.textContent : null;
          one.box.replaceWith(box);
          if (within) /** @type {HTMLElement[]} */ ([...box.querySelectorAll("button, a")]).find((e) => e.textContent === within)?.focus();
        }
        if (one && one.was !== run.state) announce(`${run.name}: ${STATES[run.state]}.`);
        one = { box, state: now, was: run.state };
        shown.set(run.id, one);
      }
      order.push(one.box);
    }
    if (order.some((box, i) => runs.children[i] !== box)) fill(runs, order);
    if (!order.length) fill(runs, h("p", { class: "muted" }, "No run yet."));
  }

  /** @param {any} run @param {any} curve */
  function panel(run, curve) {
    const running = run.state === "running";
    const left = timeLeft(run);
    const measured = run.evaluation;
    return h(
      "section",
      { class: "panel", "aria-label": run.name },
      h("div", { class: "row apart" }, h("h2", {}, run.name), h("div", { class: "row" }, h("span", { class: `state ${run.state}` }, STATES[run.state]), folder.adapter === run.name && h("span", { class: "state" }, "in use"))),
      h("p", { class: "small muted" }, `${KINDS[run.kind] ? `${KINDS[run.kind]}, ` : ""}${run.texts} texts, from ${run.start ?? "nothing"}${run.who ? `, by ${run.who}` : ""}, ${new Date(1000 * run.at).toLocaleString()}`),
      running && h("div", { class: "row" }, h("progress", { value: run.done, max: 1, class: "grow", "aria-label": "How far the run is" }), h("span", { class: "small" }, `${Math.round(100 * run.done)} %${left ? `, ${left}` : ""}`)),
      run.message && h("p", { class: "bad" }, run.message),
      run.kind === "adapter" && curve.losses.length > 1 && h("div", { class: "columns" }, losses(curve), figures(curve)),
      measured && h("p", {}, `Of the held-out texts' personal characters ${percent(measured.characters.recall)} are found, and ${percent(measured.characters.precision)} of what is masked is personal. Strict F1 of the spans: ${measured.strict.f1.toFixed(3)}.`),
      run.note && h("p", { class: "muted" }, run.note),
      h(
        "div",
        { class: "row" },
        (running || run.state === "queued") && h("button", { type: "button", onclick: () => act(run, "stop") }, "Stop"),
        (run.state === "stopped" || run.state === "failed") && h("button", { type: "button", onclick: () => act(run, "go-on") }, "Go on"),
        run.adapter && folder.adapter !== run.name && h("button", { type: "button", onclick: () => use(run) }, "Use this adapter"),
        run.adapter && h("a", { class: "button", href: `#/compare/${run.name}` }, "Compare"),
        run.kind === "slips" && run.state === "done" && h("a", { class: "button", href: "#/quality" }, "The slips"),
      ),
    );
  }

  /** @param {any} run @param {string} what */
  async function act(run, what) {
    await post(`/runs/${run.id}/${what}`);
    await look();
  }

  /** @param {any} run */
  async function use(run) {
    await put("/adapter", { name: run.name });
    folder.adapter = run.name;
    notify(`${run.name} suggests and masks from now on.`);
    await look();
  }

  const all = () => Promise.all([look(), more.look()]).then(() => {});
  await all();
  return keepLooking(all);
}

/** @param {any} curve */
function losses(curve) {
  const points = curve.losses;
  const most = Math.max(...points.map((/** @type {[number, number]} */ [, loss]) => loss));
  const { svg, line } = chart(
    `Loss from ${points[0][1].toFixed(2)} at the first step to ${points.at(-1)[1].toFixed(2)} at step ${points.at(-1)[0]}`,
    { from: points[0][0], to: points.at(-1)[0], name: "step", tell: (value) => String(Math.round(value)) },
    { from: 0, to: most, name: "loss", tell: (value) => value.toFixed(2) },
  );
  line(smooth(points), "first");
  return h("figure", {}, svg);
}

/** @param {any} curve */
function figures(curve) {
  const measured = curve.measured;
  if (!measured.length) return h("p", { class: "muted" }, "What is found in the held-out texts shows here once it has been measured.");
  const last = measured.at(-1).step;
  const { svg, line } = chart(
    `On the held-out texts at step ${last}: strict F1 ${measured.at(-1).strict_f1.toFixed(2)}, recall ${measured.at(-1).characters_recall.toFixed(2)}, precision ${measured.at(-1).characters_precision.toFixed(2)}`,
    { from: 0, to: last, name: "step", tell: (value) => String(Math.round(value)) },
    { from: 0, to: 1, name: "held-out texts", tell: (value) => value.toFixed(2) },
  );
  /** @type {Array<[string, string, string]>} */
  const kinds = [["first", "strict_f1", "strict F1"], ["second", "characters_recall", "recall by character"], ["third", "characters_precision", "precision by character"]];
  for (const [kind, name] of kinds) line(measured.map((/** @type {any} */ one) => [one.step, one[name]]), kind);
  return h("figure", {}, svg, legend(kinds.map(([kind, , name]) => [kind, name])));
}
