// What is labelled in the text at hand. Offsets are UTF-16 units; a span is {start, end, label}.

/** @typedef {{start: number, end: number, label: string}} Span */
/** @typedef {Span & {score: number}} Suggestion */
/** @typedef {{add?: Span[], remove?: Span[], dismiss?: Span[], restore?: Span[]}} Change */

/** By which a span is known. @param {Span} span */
export const keyOf = (span) => `${span.start}-${span.end}-${span.label}`;

/** In the order of the text. @param {Span} one @param {Span} other */
export const byPlace = (one, other) => one.start - other.start || one.end - other.end;

/** @param {Span} one @param {Span} other */
export const overlap = (one, other) => one.start < other.end && other.start < one.end;

/** Those of `spans`, in order and without overlap, that overlap [start, end). @param {Span[]} spans @param {number} start @param {number} end */
export function within(spans, start, end) {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].end <= start) low = middle + 1;
    else high = middle;
  }
  const found = [];
  for (let i = low; i < spans.length && spans[i].start < end; i += 1) found.push(spans[i]);
  return found;
}

/** `spans` after `change`, in order. @param {Span[]} spans @param {Span[]} [add] @param {Span[]} [remove] */
export function changed(spans, add = [], remove = []) {
  const kept = spans.slice();
  for (const span of remove) {
    const at = placeOf(kept, span);
    if (kept[at] && keyOf(kept[at]) === keyOf(span)) kept.splice(at, 1);
  }
  for (const span of add) kept.splice(placeOf(kept, span), 0, span);
  return kept;
}

/** Where `span` is in `spans`, or would be. @param {Span[]} spans @param {Span} span */
function placeOf(spans, span) {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byPlace(spans[middle], span) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The suggestions that are still open: neither dismissed nor where something is confirmed. @param {Suggestion[]} suggested @param {Span[]} confirmed @param {Set<string>} dismissed */
export function openOnes(suggested, confirmed, dismissed) {
  return suggested.filter((one) => !dismissed.has(keyOf(one)) && !within(confirmed, one.start, one.end).length);
}

/** Where `value` stands in `text` as whole words. @param {string} text @param {string} value @returns {Array<{start: number, end: number}>} */
export function occurrences(text, value) {
  if (!value.trim()) return [];
  const escaped = value.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  const word = /[\p{L}\p{N}]/u;
  const lead = word.test([...value][0]) ? "(?<![\\p{L}\\p{N}\\p{M}_])" : "";
  const tail = word.test(/** @type {string} */ ([...value].at(-1))) ? "(?![\\p{L}\\p{N}\\p{M}_])" : "";
  return [...text.matchAll(new RegExp(lead + escaped + tail, "gu"))].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
