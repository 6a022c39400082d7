// Curves as SVG.

const NAMESPACE = "http://www.w3.org/2000/svg";
const WIDTH = 560;
const HEIGHT = 220;
const LEFT = 44;
const RIGHT = 12;
const TOP = 24;
const BOTTOM = 30;

/** @param {string} name @param {Record<string, string | number>} attributes @param {...(Node | string)} children @returns {any} */
export function s(name, attributes, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/**
 * A chart with axes.
 * @param {string} about what it shows, for who does not see it
 * @param {{from: number, to: number, name: string, tell: (value: number) => string}} x
 * @param {{from: number, to: number, name: string, tell: (value: number) => string}} y
 */
export function chart(about, x, y) {
  const svg = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", role: "img", "aria-label": about });
  /** @param {number} value */
  const across = (value) => LEFT + ((value - x.from) / (x.to - x.from || 1)) * (WIDTH - LEFT - RIGHT);
  /** @param {number} value */
  const down = (value) => HEIGHT - BOTTOM - ((value - y.from) / (y.to - y.from || 1)) * (HEIGHT - TOP - BOTTOM);
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const value = y.from + share * (y.to - y.from);
    svg.append(s("line", { class: "axis", x1: LEFT, x2: WIDTH - RIGHT, y1: down(value), y2: down(value) }));
    svg.append(s("text", { x: LEFT - 6, y: down(value) + 4, "text-anchor": "end" }, y.tell(value)));
  }
  for (const share of [0, 0.5, 1]) {
    const value = x.from + share * (x.to - x.from);
    svg.append(s("text", { x: across(value), y: HEIGHT - BOTTOM + 15, "text-anchor": share === 0 ? "start" : share === 1 ? "end" : "middle" }, x.tell(value)));
  }
  svg.append(s("text", { x: WIDTH - RIGHT, y: HEIGHT - 2, "text-anchor": "end" }, x.name));
  svg.append(s("text", { x: LEFT, y: 11 }, y.name));
  /** @param {Array<[number, number]>} points @param {string} kind */
  const line = (points, kind) => {
    svg.append(s("polyline", { class: kind, points: points.map(([a, b]) => `${across(a).toFixed(1)},${down(b).toFixed(1)}`).join(" ") }));
  };
  return { svg, across, down, line };
}

/** What the lines are. @param {Array<[string, string]>} kinds the class of each line, and its name */
export function legend(kinds) {
  const list = document.createElement("ul");
  list.className = "legend";
  for (const [kind, name] of kinds) {
    const item = document.createElement("li");
    item.append(s("svg", { viewBox: "0 0 28 8", class: "chart", "aria-hidden": "true" }, s("line", { class: kind, x1: 0, x2: 28, y1: 4, y2: 4 })), name);
    list.append(item);
  }
  return list;
}

/** The moving mean of the second of each pair. @param {Array<[number, number]>} points @returns {Array<[number, number]>} */
export function smooth(points) {
  const width = Math.max(1, Math.floor(points.length / 25));
  return points.map(([at], i) => {
    const near = points.slice(Math.max(0, i - width), i + 1);
    return [at, near.reduce((sum, [, value]) => sum + value, 0) / near.length];
  });
}
