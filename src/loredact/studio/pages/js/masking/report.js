// What was masked, in counts.

import { h } from "../dom.js";

/** @param {{files: number, report: any, problems: Array<[string, string]>, notes: Array<[string, string]>}} told */
export function report({ report, problems, notes }) {
  const labels = Object.entries(report.masked.labels);
  const kept = Object.entries(report.kept).flatMap(([reason, counts]) => Object.entries(counts).map(([label, count]) => [label, `${count}: ${reason}`]));
  const files = Object.entries(report.files);
  return h(
    "div",
    { class: "stack" },
    told("Not masked", "bad", problems),
    h("div", { class: "columns" }, table("Masked", ["Label", "Spans"], labels), kept.length ? table("Kept", ["Label", "Spans"], kept) : null),
    h("details", {}, h("summary", {}, files.length === 1 ? "1 file" : `${files.length} files`), table("By file", ["File", "Masked"], files.map(([file, counts]) => [file, sentence(counts.masked)]))),
    told("Left as it is", "muted", notes),
  );
}

/** @param {Record<string, number>} counts */
const sentence = (counts) => Object.entries(counts).map(([label, count]) => `${count} ${label}`).join(", ") || "nothing";

/** @param {string} title @param {string} kind @param {Array<[string, string]>} lines */
function told(title, kind, lines) {
  if (!lines.length) return null;
  return h("div", {}, h("h3", {}, title), h("ul", {}, lines.map(([name, why]) => h("li", {}, h("span", { class: "quote" }, name), h("span", { class: `small ${kind}` }, ` ${why}`)))));
}

/** @param {string} title @param {[string, string]} heads @param {Array<[string, any]>} rows */
function table(title, heads, rows) {
  const number = typeof rows[0]?.[1] === "number" ? "number" : null;
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      {},
      h("caption", {}, title),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, heads[0]), h("th", { scope: "col", class: number }, heads[1]))),
      h("tbody", {}, rows.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: number }, value)))),
    ),
  );
}
