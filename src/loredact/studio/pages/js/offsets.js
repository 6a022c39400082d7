// The one place where offsets are converted: the studio counts code points, JavaScript counts UTF-16 units.

/** Converts between both for one text. */
export class Offsets {
  /** @param {string} text */
  constructor(text) {
    /** Where the code points begin that take two units, in units. @type {number[]} */
    this.pairs = [];
    for (let unit = 0; unit < text.length; unit += 1) {
      const code = text.charCodeAt(unit);
      if (code >= 0xd800 && code <= 0xdbff) {
        this.pairs.push(unit);
        unit += 1;
      }
    }
    this.units = text.length;
  }

  /** How many pairs begin before `unit`. @param {number} unit */
  pairsBefore(unit) {
    let low = 0;
    let high = this.pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pairs[middle] < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The number of the code point that begins at `unit`. @param {number} unit */
  toPoint(unit) {
    return unit - this.pairsBefore(unit);
  }

  /** The unit at which the code point number `point` begins. @param {number} point */
  toUnit(point) {
    // The pair number i begins at code point pairs[i] - i.
    let low = 0;
    let high = this.pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.pairs[middle] - middle < point) low = middle + 1;
      else high = middle;
    }
    return point + low;
  }
}
