// Elements made without markup: a text is only ever text.

/**
 * An element. Attributes that are functions are listeners (`onclick`), `true` is an attribute without a value, and what
 * is null, undefined or false is left away.
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | number | null | undefined | false | Array<Node | string>)} children
 * @returns {any}
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (key === "value") /** @type {HTMLInputElement} */ (element).value = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false).map(String_));
  return element;
}

/** @param {any} child */
function String_(child) {
  return child instanceof Node ? child : String(child);
}

/** Put `children` in the place of what `element` holds. @param {Element} element @param {...any} children */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter(Boolean));
}

/** Let `element` hold `children`, in order; those that are in place are not touched. @param {Element} element @param {Element[]} children */
export function arrange(element, children) {
  const wanted = new Set(children);
  for (const child of [...element.children]) if (!wanted.has(child)) child.remove();
  let at = element.firstElementChild;
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else element.insertBefore(child, at);
  }
}

/** Tell a screen reader. @param {string} message */
export function announce(message) {
  const live = /** @type {HTMLElement} */ (document.getElementById("live"));
  live.append(h("p", {}, message));
  while (live.childElementCount > 5) live.firstElementChild?.remove();
}

/** Show a notice until it is closed; one that is no error goes by itself. @param {string} message @param {{bad?: boolean}} [how] */
export function notify(message, { bad = false } = {}) {
  const box = h("div", { class: `notice ${bad ? "bad" : ""}` }, h("p", {}, message));
  box.append(h("button", { type: "button", class: "quiet", "aria-label": "Close the notice", onclick: () => box.remove() }, "✕"));
  const notices = /** @type {HTMLElement} */ (document.getElementById("notices"));
  notices.append(box);
  while (notices.childElementCount > 4) notices.firstElementChild?.remove();
  if (!bad) setTimeout(() => box.remove(), 8000);
}

/** Let the browser keep `address` as a file. @param {string} address */
export function download(address) {
  const link = h("a", { href: address, download: "" });
  document.body.append(link);
  link.click();
  link.remove();
}

/** A field with its label and a sentence. @param {string} name @param {any} input @param {string} [sentence] */
export function field(name, input, sentence) {
  const id = input.id || `field-${Math.random().toString(36).slice(2)}`;
  input.id = id;
  if (sentence) input.setAttribute("aria-describedby", `${id}-about`);
  return h("div", { class: "field" }, h("label", { for: id }, name), input, sentence && h("p", { class: "small muted", id: `${id}-about` }, sentence));
}

/** A select. @param {Array<[string, string]>} options @param {string} value @param {Record<string, any>} [attributes] */
export function select(options, value, attributes = {}) {
  const made = h("select", attributes, options.map(([key, name]) => h("option", { value: key }, name)));
  made.value = value;
  return made;
}

/** As people read a share. @param {number} share */
export const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** A score as people read it; below 1 it never shows as 1. @param {number} score */
export const sure = (score) => (Math.floor(100 * score) / 100).toFixed(2);
