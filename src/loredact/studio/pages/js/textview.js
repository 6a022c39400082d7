// A text with its spans in a pane that scrolls. The text is cut into blocks, and only those near what is seen are drawn.

import { h } from "./dom.js";
import { tidy } from "./text-edges.js";

/**
 * A span to be drawn, in UTF-16 units. They come in order and do not overlap.
 * @typedef {{start: number, end: number, label: string, colour: number, kind: "confirmed" | "suggested", tag: string, key: string}} Item
 */

// A block ends at the first line break from here on, and without one where it must.
const BLOCK = 600;
const LONGEST_BLOCK = 4000;
// How far before its end a block that must end may do so.
const CUT = 200;
// Characters that fit a line, to guess the height of what is not drawn.
const LINE = 90;
// What changes how the text around it is shown, or cannot be seen; joiners are left alone, since emoji are made with them.
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
const TAG_FROM = 2;

/** Where the blocks of `text` begin. @param {string} text */
export function blocksOf(text) {
  const starts = [0];
  for (let start = 0; start < text.length; ) {
    // Searched no further than a block goes: a long text may hold no line break at all.
    const line = text.slice(start + BLOCK, start + LONGEST_BLOCK).indexOf("\n");
    let end = line === -1 ? text.length : start + BLOCK + line + 1;
    if (end - start > LONGEST_BLOCK) end = tidyCut(text, start + LONGEST_BLOCK);
    if (end < text.length) starts.push(end);
    start = end;
  }
  return starts;
}

/** A place near `unit` where neither a word nor a character is cut, if there is one. @param {string} text @param {number} unit */
function tidyCut(text, unit) {
  const space = text.slice(unit - CUT, unit + 1).search(/[ \n][^ \n]*$/);
  return space === -1 ? tidy(text, unit, unit + 1).start : unit - CUT + space + 1;
}

export class TextView {
  /**
   * @param {HTMLElement} host the pane
   * @param {{select?: (start: number, end: number) => void, pick?: (key: string) => void}} [listeners] what is told of
   * the mouse: what was selected, and which span was clicked
   */
  constructor(host, listeners = {}) {
    this.host = host;
    this.text = "";
    /** @type {number[]} */
    this.starts = [];
    /** @type {HTMLElement[]} */
    this.blocks = [];
    /** @type {Set<number>} */
    this.drawn = new Set();
    /** @type {Item[]} */
    this.items = [];
    /** @type {string | null} */
    this.current = null;
    /** @type {{start: number, end: number} | null} */
    this.cursor = null;
    /** What is to be scrolled to in the next frame. @type {number | null} */
    this.toReveal = null;
    /** What is drawn in each block, so that a block is drawn again only where that changes. @type {Map<number, string>} */
    this.looks = new Map();
    /** Whether the mouse is selecting: what it began in must stay as it is until it is let go. */
    this.selecting = false;
    this.observer = new IntersectionObserver((entries) => this.#seen(entries), { root: host, rootMargin: "800px 0px" });
    this.closing = new AbortController();
    host.addEventListener("pointerdown", () => { this.selecting = true; });
    // It may be let go anywhere.
    addEventListener("pointerup", (event) => this.#letGo(event, listeners), this.closing);
    addEventListener("pointercancel", () => this.#letGo(null, listeners), this.closing);
  }

  /** Show a text. @param {string} text @param {Item[]} [items] */
  show(text, items = []) {
    this.observer.disconnect();
    this.text = text;
    this.items = items;
    this.current = null;
    this.starts = blocksOf(text);
    this.drawn.clear();
    this.looks.clear();
    this.blocks = this.starts.map((start, index) => {
      const block = h("div", { class: "block", dir: "auto", "data-block": index });
      block.style.minHeight = `${2 * Math.max(1, Math.ceil((this.#end(index) - start) / LINE))}em`;
      return block;
    });
    this.host.replaceChildren(...this.blocks);
    this.host.scrollTop = 0;
    // What is seen at once is drawn at once; the observer comes after it.
    for (let index = 0; index < Math.min(4, this.blocks.length); index += 1) this.#draw(index);
    for (const block of this.blocks) this.observer.observe(block);
  }

  /** Draw other spans. @param {Item[]} items @param {string | null} current the key of the one that is walked on */
  mark(items, current) {
    this.items = items;
    this.current = current;
    if (this.selecting) return;
    for (const index of this.drawn) this.#draw(index);
    this.#drawCursor();
  }

  /** Walk on another span. @param {string | null} key */
  walk(key) {
    for (const one of this.host.querySelectorAll("mark.current")) this.#setCurrent(one, false);
    this.current = key;
    if (key !== null) for (const one of this.#marksOf(key)) this.#setCurrent(one, true);
  }

  /** @param {Element} mark @param {boolean} current */
  #setCurrent(mark, current) {
    mark.classList.toggle("current", current);
    this.looks.delete(Number(/** @type {HTMLElement} */ (mark.closest(".block")).dataset.block));
  }

  /** Show where the keyboard is, where it is on no span. @param {{start: number, end: number} | null} place */
  point(place) {
    this.cursor = place;
    this.#drawCursor();
  }

  /** Scroll so that `unit` is seen. @param {number} unit */
  reveal(unit) {
    if (!this.blocks.length) return;
    const index = this.#blockAt(unit);
    if (!this.drawn.has(index)) {
      this.blocks[index].scrollIntoView({ block: "center" });
      this.#draw(index);
    }
    // Where it is can be asked once a frame, when all that changes has changed: each asking lays the page out.
    if (this.toReveal === null) requestAnimationFrame(() => this.#scrollToRevealed());
    this.toReveal = unit;
  }

  #scrollToRevealed() {
    const unit = /** @type {number} */ (this.toReveal);
    this.toReveal = null;
    const place = this.#rangeOf(unit, unit + 1)?.getBoundingClientRect();
    if (!place) return;
    const pane = this.host.getBoundingClientRect();
    if (place.top < pane.top + 40 || place.bottom > pane.bottom - 40) {
      this.host.scrollTop += place.top - pane.top - pane.height / 3;
    }
  }

  /** Light the spans with a key up, and no others. @param {string | null} key */
  light(key) {
    for (const one of this.host.querySelectorAll("mark.lit")) one.classList.remove("lit");
    if (key !== null) for (const one of this.#marksOf(key)) one.classList.add("lit");
  }

  close() {
    this.closing.abort();
    this.observer.disconnect();
    CSS.highlights?.delete("cursor");
  }

  /** @param {number} index */
  #end(index) {
    return this.starts[index + 1] ?? this.text.length;
  }

  /** @param {string} key */
  #marksOf(key) {
    return this.host.querySelectorAll(`mark[data-key="${CSS.escape(key)}"]`);
  }

  /** @param {number} unit */
  #blockAt(unit) {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    const selection = document.getSelection();
    for (const { target, isIntersecting } of entries) {
      const index = Number(/** @type {HTMLElement} */ (target).dataset.block);
      if (isIntersecting) {
        if (!this.drawn.has(index)) this.#draw(index);
      } else if (this.drawn.has(index) && !selection?.containsNode(target, true)) {
        const block = this.blocks[index];
        // Its own height from now on, so that nothing moves.
        block.style.minHeight = `${block.offsetHeight}px`;
        block.replaceChildren();
        this.drawn.delete(index);
        this.looks.delete(index);
      }
    }
  }

  /** @param {number} index */
  #draw(index) {
    const block = this.blocks[index];
    const begin = this.starts[index];
    const end = this.#end(index);
    const items = [];
    for (let i = this.#firstItemAfter(begin); i < this.items.length && this.items[i].start < end; i += 1) items.push(this.items[i]);
    const look = items.map((item) => `${item.key} ${item.kind} ${item.colour} ${item.tag}${item.key === this.current ? " current" : ""}`).join("\n");
    if (this.looks.get(index) === look) return;
    this.looks.set(index, look);
    const parts = [];
    let at = begin;
    for (const item of items) {
      const from = Math.max(item.start, begin);
      const to = Math.min(item.end, end);
      parts.push(...written(this.text.slice(at, from)));
      parts.push(this.#mark(item, from, to));
      at = to;
    }
    parts.push(...written(this.text.slice(at, end)));
    block.replaceChildren(...parts);
    if (!this.drawn.has(index)) block.style.minHeight = "";
    this.drawn.add(index);
  }

  /** @param {Item} item @param {number} from @param {number} to */
  #mark(item, from, to) {
    const tagged = to === item.end && item.end - item.start >= TAG_FROM;
    const names = `${item.kind} c${item.colour}${tagged ? " tagged" : ""}${item.key === this.current ? " current" : ""}`;
    return h("mark", { class: names, "data-key": item.key, "data-tag": item.tag, title: item.tag }, ...written(this.text.slice(from, to)));
  }

  /** The first span that ends after `unit`. @param {number} unit */
  #firstItemAfter(unit) {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle].end <= unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {PointerEvent | null} event @param {any} listeners */
  #letGo(event, listeners) {
    if (!this.selecting) return;
    this.selecting = false;
    if (event) this.#pointed(event, listeners);
    this.mark(this.items, this.current);
  }

  /** @param {PointerEvent} event @param {{select?: (start: number, end: number) => void, pick?: (key: string) => void}} listeners */
  #pointed(event, listeners) {
    if (event.button !== 0) return;
    const selection = document.getSelection();
    const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    if (selection && range && !range.collapsed && this.host.contains(range.commonAncestorContainer)) {
      const { start, end } = tidy(this.text, this.#unitOf(range.startContainer, range.startOffset), this.#unitOf(range.endContainer, range.endOffset));
      selection.removeAllRanges();
      if (start < end) listeners.select?.(start, end);
      return;
    }
    const mark = event.target instanceof Element ? event.target.closest("mark") : null;
    if (mark instanceof HTMLElement && mark.dataset.key) listeners.pick?.(mark.dataset.key);
  }

  /** The offset of a place in the document. @param {Node} node @param {number} offset */
  #unitOf(node, offset) {
    const within = node instanceof Element ? node : node.parentElement;
    const block = /** @type {HTMLElement | null | undefined} */ (within?.closest(".block"));
    if (!block) {
      // Between blocks, where a selection may end that takes the whole of one.
      const child = node.childNodes[offset];
      const index = child instanceof HTMLElement ? Number(child.dataset.block) : this.starts.length;
      return this.starts[index] ?? this.text.length;
    }
    const range = document.createRange();
    range.setStart(block, 0);
    range.setEnd(node, offset);
    return this.starts[Number(block.dataset.block)] + range.toString().length;
  }

  #drawCursor() {
    if (!CSS.highlights) return;
    CSS.highlights.delete("cursor");
    const range = this.cursor && this.#rangeOf(this.cursor.start, this.cursor.end);
    if (range) CSS.highlights.set("cursor", new Highlight(range));
  }

  /** What is drawn of [start, end). @param {number} start @param {number} end */
  #rangeOf(start, end) {
    const index = this.#blockAt(start);
    if (!this.drawn.has(index)) return null;
    const range = document.createRange();
    const walker = document.createTreeWalker(this.blocks[index], NodeFilter.SHOW_TEXT);
    let at = this.starts[index];
    let began = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = /** @type {Text} */ (node).data.length;
      if (!began && start < at + length) {
        range.setStart(node, start - at);
        began = true;
      }
      if (began) range.setEnd(node, Math.min(length, Math.max(0, end - at)));
      at += length;
      if (at >= end) break;
    }
    return began ? range : null;
  }
}

/** A text's parts: what cannot be seen, or would turn the text around, is shown by its name and turns nothing. @param {string} text */
export function* written(text) {
  let at = 0;
  for (const match of text.matchAll(CONTROL)) {
    if (match.index > at) yield document.createTextNode(text.slice(at, match.index));
    const code = /** @type {number} */ (match[0].codePointAt(0)).toString(16).toUpperCase().padStart(4, "0");
    yield h("span", { class: "control", "data-name": `U+${code}` }, match[0]);
    at = match.index + match[0].length;
  }
  if (at < text.length) yield document.createTextNode(text.slice(at));
}
