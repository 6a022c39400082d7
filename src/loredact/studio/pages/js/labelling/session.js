// A text that is being labelled: what is labelled in it, shown at once and kept by the studio in the order it was done.

import { get, post, Refused } from "../api.js";
import { Offsets } from "../offsets.js";
import { changed, keyOf, openOnes } from "../spans.js";

/** @typedef {import("../spans.js").Span} Span */
/** @typedef {import("../spans.js").Suggestion} Suggestion */
/** @typedef {import("../spans.js").Change} Change */

export class Session {
  /**
   * @param {any} told the text, as the studio tells of it
   * @param {string} layer
   * @param {{changed: () => void, counted: () => void, trouble: (message: string) => void}} listeners told when spans have
   * changed, when what is said of them has, and when something went wrong
   */
  constructor(told, layer, listeners) {
    this.id = told.id;
    this.name = told.name;
    /** @type {string} */
    this.text = told.text;
    this.layer = layer;
    this.offsets = new Offsets(this.text);
    this.listeners = listeners;
    /** @type {Suggestion[]} */
    this.suggested = [];
    /** How many requests are on their way. */
    this.waiting = 0;
    /** @type {Promise<any>} */
    this.last = Promise.resolve();
    /** @type {Span[]} */
    this.spans = [];
    /** @type {Set<string>} */
    this.dismissed = new Set();
    this.#take(told.layer);
  }

  /** @param {number} id @param {string} layer @param {any} listeners */
  static async open(id, layer, listeners) {
    return new Session(await get(`/texts/${id}?layer=${encodeURIComponent(layer)}`), layer, listeners);
  }

  /** The suggestions that nobody has answered yet. @returns {Suggestion[]} */
  get open() {
    return openOnes(this.suggested, this.spans, this.dismissed);
  }

  /** Ask what the adapter finds. @param {boolean} long in a long text, too @param {AbortSignal} signal */
  async suggest(long, signal) {
    const told = await get(`/texts/${this.id}/suggestions?ask=${long}`, signal);
    this.suggested = told.spans.map((/** @type {[number, number, string, number]} */ [start, end, label, score]) => ({ ...this.#here(start, end, label), score }));
    this.listeners.changed();
    return told;
  }

  /** Change what is labelled: at once here, and then in the folder. @param {Change} change */
  edit(change) {
    this.spans = changed(this.spans, change.add, change.remove);
    for (const span of change.dismiss ?? []) this.dismissed.add(keyOf(span));
    for (const span of change.restore ?? []) this.dismissed.delete(keyOf(span));
    const body = Object.fromEntries(Object.entries(change).map(([what, spans]) => [what, spans.map((/** @type {Span} */ span) => this.#there(span))]));
    return this.#send("edit", body, false);
  }

  undo() {
    return this.#send("undo", {}, true);
  }

  redo() {
    return this.#send("redo", {}, true);
  }

  /** @param {"new" | "done" | "skipped"} status */
  setStatus(status) {
    return this.#send("status", { status }, true);
  }

  /** @param {string} what @param {any} body @param {boolean} wait whether the answer says what is shown then */
  #send(what, body, wait) {
    this.waiting += 1;
    if (wait) this.listeners.counted();
    const sent = this.last.then(async () => {
      try {
        const layer = await post(`/texts/${this.id}/${what}`, { ...body, layer: this.layer, version: this.version });
        this.waiting -= 1;
        if (wait) this.#take(layer);
        else this.#count(layer);
        this.listeners[wait ? "changed" : "counted"]();
      } catch (error) {
        this.waiting -= 1;
        if (!(error instanceof Refused)) throw error;
        await this.#refused(error);
        this.listeners.changed();
      }
    });
    this.last = sent;
    return sent;
  }

  /** @param {Refused} error */
  async #refused(error) {
    if (error.body?.layer) {
      this.#take(error.body.layer);
      this.listeners.trouble(`${error.message} Your last change was not kept; this is the text as it is now.`);
      return;
    }
    this.listeners.trouble(`${error.message} Your last change was not kept.`);
    try {
      this.#take(await get(`/texts/${this.id}/layer?layer=${encodeURIComponent(this.layer)}`));
    } catch {
      // The studio does not answer; what is shown stays, and the next change asks again.
    }
  }

  /** @param {any} layer */
  #take(layer) {
    this.#count(layer);
    const spans = layer.spans.map((/** @type {[number, number, string]} */ place) => this.#here(...place));
    this.spans = spans;
    this.dismissed = new Set(layer.dismissed.map((/** @type {[number, number, string]} */ place) => keyOf(this.#here(...place))));
  }

  /** @param {any} layer */
  #count(layer) {
    this.version = layer.version;
    this.status = layer.status;
    this.undoable = layer.undoable;
    this.redoable = layer.redoable;
  }

  /** @param {number} start @param {number} end @param {string} label @returns {Span} */
  #here(start, end, label) {
    return { start: this.offsets.toUnit(start), end: this.offsets.toUnit(end), label };
  }

  /** @param {Span} span @returns {[number, number, string]} */
  #there(span) {
    return [this.offsets.toPoint(span.start), this.offsets.toPoint(span.end), span.label];
  }
}
