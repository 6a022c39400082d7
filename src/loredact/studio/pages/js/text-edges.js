// Where words and characters, as people see them, begin and end. Offsets are UTF-16 units.

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const words = new Intl.Segmenter(undefined, { granularity: "word" });
// Nothing that people see as one character is longer.
const AROUND = 64;
// A text is cut into words from a line's beginning, and a line may be all of it.
const LINE = 2000;

/** The beginnings of the characters near `unit`, and the end of the last. @param {string} text @param {number} unit */
function edgesNear(text, unit) {
  const least = Math.max(0, unit - AROUND);
  const from = least + text.slice(least, unit).lastIndexOf("\n") + 1;
  const to = Math.min(text.length, unit + AROUND);
  const edges = [...graphemes.segment(text.slice(from, to))].map((part) => from + part.index);
  return [...edges, to];
}

/** The edge of a character after `unit`. @param {string} text @param {number} unit */
export const after = (text, unit) => edgesNear(text, unit).find((edge) => edge > unit) ?? text.length;

/** The edge of a character before `unit`. @param {string} text @param {number} unit */
export const before = (text, unit) => edgesNear(text, unit).findLast((edge) => edge < unit) ?? 0;

/** [start, end) without white space at its ends, and with no character cut. @param {string} text @param {number} start @param {number} end */
export function tidy(text, start, end) {
  const from = edgesNear(text, start).findLast((edge) => edge <= start) ?? start;
  const to = edgesNear(text, end).find((edge) => edge >= end) ?? end;
  const written = text.slice(from, to);
  return { start: from + written.length - written.trimStart().length, end: from + written.trimEnd().length };
}

/** The word that begins at or after `unit`. @param {string} text @param {number} unit @returns {{start: number, end: number} | null} */
export function wordAfter(text, unit) {
  for (let from = unit; from < text.length; ) {
    const to = Math.min(text.length, from + LINE);
    for (const part of words.segment(text.slice(from, to))) {
      const whole = from + part.index + part.segment.length < to || to === text.length;
      if (part.isWordLike && whole) return { start: from + part.index, end: from + part.index + part.segment.length };
    }
    from = to === text.length ? to : Math.max(from + 1, to - AROUND);
  }
  return null;
}

/** The word that ends at or before `unit`. @param {string} text @param {number} unit @returns {{start: number, end: number} | null} */
export function wordBefore(text, unit) {
  for (let to = unit; to > 0; ) {
    const from = Math.max(0, to - LINE);
    const found = [...words.segment(text.slice(from, to))].findLast((part) => part.isWordLike && (part.index > 0 || from === 0));
    if (found) return { start: from + found.index, end: from + found.index + found.segment.length };
    to = from === 0 ? 0 : Math.min(to - 1, from + AROUND);
  }
  return null;
}
