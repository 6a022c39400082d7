// What can be done to the text at hand, by mouse and by key alike.

import { announce, notify, sure } from "../dom.js";
import { post } from "../api.js";
import { byPlace, keyOf, occurrences, within } from "../spans.js";
import { after, before, tidy, wordAfter, wordBefore } from "../text-edges.js";

/** @typedef {import("../spans.js").Span} Span */
/** @typedef {import("../spans.js").Suggestion} Suggestion */
/** @typedef {import("../textview.js").Item & {score?: number}} Item */

export class Editor {
  /**
   * @param {import("./session.js").Session} session
   * @param {import("../textview.js").TextView} view
   * @param {Array<{name: string, colour: number}>} labels
   * @param {() => void} told called when anything shown has changed
   */
  constructor(session, view, labels, told) {
    this.session = session;
    this.view = view;
    this.labels = labels;
    this.told = told;
    /** The label that is given to what is selected. */
    this.label = labels[0]?.name ?? "PERSON";
    /** @type {string | null} */
    this.current = null;
    /** Where the keyboard is, where it is on no span. @type {{start: number, end: number} | null} */
    this.cursor = null;
    /** @type {Item[]} */
    this.all = [];
    /** What is shown of each span, which stays the same while the span does. @type {WeakMap<Span, Item>} */
    this.items = new WeakMap();
    this.colours = new Map(labels.map((label) => [label.name, label.colour]));
    /** The span that was clicked last. @type {string | null} */
    this.picked = null;
    this.readOnly = false;
  }

  /** Show what is labelled and suggested now. */
  refresh() {
    const confirmed = this.session.spans.map((span) => this.#item(span, "confirmed"));
    const open = this.session.open.map((span) => this.#item(span, "suggested"));
    this.all = open.length ? [...confirmed, ...open].sort(byPlace) : confirmed;
    if (this.currentSpan === null) this.current = null;
    this.view.mark(this.all, this.current);
    this.told();
  }

  /** @param {Span & {score?: number}} span @param {"confirmed" | "suggested"} kind */
  #item(span, kind) {
    let item = this.items.get(span);
    if (!item) {
      const tag = kind === "suggested" ? `${span.label} ${sure(span.score ?? 0)}?` : span.label;
      item = { ...span, kind, key: keyOf(span), colour: this.colours.get(span.label) ?? 0, tag };
      this.items.set(span, item);
    }
    return item;
  }

  get currentSpan() {
    return this.current === null ? null : (this.all.find((item) => item.key === this.current) ?? null);
  }

  /** Walk to a span. @param {string | null} key */
  goTo(key) {
    this.current = key;
    this.#pointTo(null);
    this.view.walk(key);
    const span = this.currentSpan;
    if (span) {
      this.view.reveal(span.start);
      this.#say(span);
    }
    this.told();
  }

  /** Walk to the span that is at [start, end), or else have the keyboard there. @param {number} start @param {number} end */
  goToPlace(start, end) {
    const [met] = within(this.session.spans, start, end);
    if (met) return this.goTo(keyOf(met));
    this.#pointTo({ start, end });
    this.told();
  }

  /** Walk to the next span, or to the one before. @param {1 | -1} way */
  walk(way) {
    if (!this.all.length) return announce("There is no span.");
    const at = this.all.findIndex((item) => item.key === this.current);
    const from = this.cursor?.start ?? -1;
    const next = this.all.findIndex((span) => span.start >= from);
    const start = at === -1 ? (way === 1 ? (next === -1 ? 0 : next) : (next === -1 ? this.all.length : next) - 1) : at + way;
    this.goTo(this.all[(start + this.all.length) % this.all.length].key);
  }

  /** Walk to the next word, or to the one before. @param {1 | -1} way @param {boolean} more whether to take it along */
  walkWord(way, more) {
    const text = this.session.text;
    const here = this.cursor ?? this.currentSpan ?? { start: 0, end: 0 };
    if (more && this.cursor) {
      const to = way === 1 ? wordAfter(text, here.end)?.end : wordBefore(text, here.end)?.start;
      const end = way === 1 ? to : lastEnd(text, here, to);
      if (end !== undefined && end > here.start) this.#pointTo({ start: here.start, end });
    } else {
      const word = way === 1 ? wordAfter(text, here.end) : wordBefore(text, here.start);
      if (!word) return;
      this.current = null;
      this.view.walk(null);
      this.#pointTo({ start: word.start, end: word.end });
    }
    this.told();
  }

  /** Where a value that is searched stands next; it is where the keyboard is then. @param {string} value */
  find(value) {
    const text = this.session.text.toLowerCase();
    const wanted = value.toLowerCase();
    const from = this.cursor?.end ?? this.currentSpan?.end ?? 0;
    const at = wanted ? (text.indexOf(wanted, from) + 1 || text.indexOf(wanted) + 1) - 1 : -1;
    if (at === -1) return announce("It is not in the text.");
    this.current = null;
    this.view.walk(null);
    this.#pointTo({ start: at, end: at + wanted.length });
    this.told();
  }

  /** Label [start, end); what overlaps goes. @param {number} start @param {number} end @param {string} [label] */
  add(start, end, label = this.label) {
    if (this.readOnly) return;
    const remove = within(this.session.spans, start, end);
    // A word selected within a longer span is not meant to end it.
    if (remove.some((span) => span.start <= start && end <= span.end && (span.start < start || end < span.end))) {
      this.goTo(keyOf(remove[0]));
      return;
    }
    const span = { start, end, label };
    if (remove.some((other) => keyOf(other) === keyOf(span))) return;
    this.#become({ add: [span], remove }, span, "labelled");
  }

  /** Choose a label with the mouse: for the span that was clicked, else for what is selected next. @param {string} label */
  choose(label) {
    if (this.picked !== null && this.picked === this.current) return this.give(label);
    this.label = label;
    announce(`The label is ${label}.`);
    this.told();
  }

  /** Walk to a span that was clicked. @param {string} key */
  pick(key) {
    this.goTo(key);
    this.picked = key;
  }

  /** Give the label to the span at hand, or to where the keyboard is. @param {string} label */
  give(label) {
    this.label = label;
    const span = this.currentSpan;
    if (span && (span.kind === "suggested" || span.label !== label)) this.#put(span, { ...span, label });
    else if (!span && this.cursor) this.add(this.cursor.start, this.cursor.end, label);
    else announce(`The label is ${label}.`);
    this.told();
  }

  /** Accept the suggestion at hand, or label where the keyboard is. */
  accept() {
    const span = this.currentSpan;
    if (span?.kind === "suggested") {
      if (this.readOnly) return;
      const next = this.session.open.find((other) => other.start > span.start);
      this.session.edit({ add: [bare(span)] });
      this.current = next ? keyOf(next) : keyOf(span);
      this.refresh();
      announce(`${span.label} accepted.`);
      this.goTo(this.current);
    } else if (!span && this.cursor) {
      this.add(this.cursor.start, this.cursor.end);
    }
  }

  /** Accept all that is suggested. */
  acceptAll() {
    const open = this.session.open;
    if (!open.length || this.readOnly) return;
    this.session.edit({ add: open.map(bare) });
    this.refresh();
    announce(`${open.length} accepted.`);
  }

  /** Take the span at hand away, or say no to the suggestion. */
  remove() {
    const span = this.currentSpan;
    if (!span || this.readOnly) return;
    const at = this.all.indexOf(span);
    const next = this.all[at + 1] ?? this.all[at - 1];
    this.session.edit(span.kind === "confirmed" ? { remove: [bare(span)], dismiss: this.#suggestedHere(span) } : { dismiss: [bare(span)] });
    this.current = next ? keyOf(next) : null;
    this.refresh();
    announce(span.kind === "confirmed" ? "Removed." : "Dismissed.");
    this.goTo(this.current);
  }

  /** Move an edge by a character. @param {"start" | "end"} edge @param {1 | -1} way */
  move(edge, way) {
    const span = this.currentSpan;
    if (!span) return;
    const text = this.session.text;
    const moved = { ...span, [edge]: way === 1 ? after(text, span[edge]) : before(text, span[edge]) };
    // White space at an edge belongs to no span, so an edge moves on until it has something to take or to leave.
    while (moved.end - moved.start > 0 && /^\s$/u.test(edge === "start" ? text.slice(moved.start, after(text, moved.start)) : text.slice(before(text, moved.end), moved.end))) {
      const then = way === 1 ? after(text, moved[edge]) : before(text, moved[edge]);
      if (then === moved[edge]) break;
      moved[edge] = then;
    }
    if (moved.start >= moved.end) return;
    const met = within(this.session.spans, moved.start, moved.end).filter((other) => keyOf(other) !== this.current);
    if (met.length) return announce("Another span is there.");
    this.#put(span, moved);
  }

  /** Label the value at hand wherever it stands. @param {boolean} inAll in all texts, too */
  async everywhere(inAll) {
    const span = this.currentSpan;
    if (!span || this.readOnly) return;
    const value = this.session.text.slice(span.start, span.end);
    const free = occurrences(this.session.text, value).filter((place) => !within(this.session.spans, place.start, place.end).length);
    const add = free.map((place) => ({ ...place, label: span.label }));
    if (add.length) this.session.edit({ add });
    this.refresh();
    let message = `${add.length} labelled in this text`;
    if (inAll) {
      const { offsets } = this.session;
      const body = { text: this.session.id, start: offsets.toPoint(span.start), end: offsets.toPoint(span.end), label: span.label };
      const told = await post(`/texts/${this.session.id}/everywhere`, body);
      message += `, ${told.spans} in ${told.texts} others`;
    }
    notify(`${message}.`);
  }

  async undo() {
    if (this.readOnly) return;
    await this.session.undo();
    announce("Undone.");
  }

  async redo() {
    if (this.readOnly) return;
    await this.session.redo();
    announce("Done again.");
  }

  /** @param {Span} span @param {Span & {kind: string}} moved */
  #put(span, moved) {
    if (this.readOnly) return;
    const key = keyOf(span);
    const remove = this.all.find((item) => item.key === key)?.kind === "confirmed" ? [bare(span)] : [];
    this.#become({ add: [bare(moved)], remove }, moved, "now");
  }

  /** @param {import("../spans.js").Change} change @param {Span} span @param {string} how */
  #become(change, span, how) {
    this.session.edit(change);
    this.current = keyOf(span);
    this.#pointTo(null);
    this.refresh();
    this.view.reveal(span.start);
    announce(`${this.session.text.slice(span.start, span.end).slice(0, 80)} ${how} ${span.label}.`);
  }

  /** Suggestions that would show again where a confirmed span is removed. @param {Span} span */
  #suggestedHere(span) {
    return this.session.suggested.filter((one) => one.start < span.end && span.start < one.end && !this.session.dismissed.has(keyOf(one))).map(bare);
  }

  /** @param {{start: number, end: number} | null} place */
  #pointTo(place) {
    this.cursor = place && tidy(this.session.text, place.start, place.end);
    if (this.cursor) this.view.reveal(this.cursor.start);
    this.view.point(this.cursor);
    if (this.cursor) announce(this.session.text.slice(this.cursor.start, this.cursor.end).slice(0, 80));
  }

  /** @param {Span & {score?: number, kind: string}} span */
  #say(span) {
    const value = this.session.text.slice(span.start, span.end).slice(0, 80);
    const kind = span.kind === "suggested" ? `, suggested, ${sure(span.score ?? 0)}` : "";
    announce(`${value}, ${span.label}${kind}, ${this.all.indexOf(/** @type {any} */ (span)) + 1} of ${this.all.length}`);
  }
}

/** @param {Span} span @returns {Span} */
const bare = ({ start, end, label }) => ({ start, end, label });

/** Where the last word but one ends within `here`. @param {string} text @param {{start: number, end: number}} here @param {number | undefined} last */
function lastEnd(text, here, last) {
  return last === undefined || last <= here.start ? undefined : wordBefore(text, last)?.end;
}
