// The studio's pages: which is shown, whose they are, light or dark.

import { fill, h, notify } from "./dom.js";
import { get, who } from "./api.js";

/** @typedef {{show: (root: HTMLElement, parameter: string, folder: any) => Promise<(() => void) | void>}} Page */

/** @type {Array<[string, string]>} */
const PAGES = [
  ["texts", "Texts"],
  ["label", "Label"],
  ["train", "Train"],
  ["compare", "Compare"],
  ["mask", "Mask"],
  ["quality", "Quality"],
  ["labels", "Labels"],
  ["export", "Export"],
];
const THEMES = ["auto", "light", "dark"];

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
/** @type {(() => void) | void} */
let leave;
let shown = 0;

async function show() {
  const number = (shown += 1);
  const [, name = "texts", parameter = ""] = location.hash.split("/");
  const page = PAGES.find(([key]) => key === name) ?? PAGES[0];
  leave?.();
  leave = undefined;
  nav(page[0]);
  document.title = `${page[1]} – loredact studio`;
  try {
    const [module, folder] = await Promise.all([import(`./pages/${page[0]}.js`), get("/folder")]);
    if (number !== shown) return;
    /** @type {HTMLElement} */ (document.getElementById("folder")).textContent = folder.name;
    root.replaceChildren();
    root.removeAttribute("data-shows");
    const close = await /** @type {Page} */ (module).show(root, decodeURIComponent(parameter), folder);
    if (number !== shown) {
      close?.();
      return;
    }
    leave = close;
    // What is there to be seen, for whoever drives a browser.
    root.dataset.shows = page[0];
  } catch (error) {
    fill(root, h("p", { class: "banner" }, /** @type {Error} */ (error).message));
  }
}

/** The links stay the same elements, so that the one with the focus keeps it. @param {string} now */
function nav(now) {
  const pages = /** @type {HTMLElement} */ (document.getElementById("pages"));
  if (!pages.childElementCount) pages.append(h("ul", {}, PAGES.map(([key, name]) => h("li", {}, h("a", { href: `#/${key}` }, name)))));
  for (const link of pages.querySelectorAll("a")) {
    if (link.hash === `#/${now}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function person() {
  const input = /** @type {HTMLInputElement} */ (document.getElementById("who"));
  input.value = who();
  input.addEventListener("change", () => localStorage.setItem("who", input.value.trim()));
}

function theme() {
  const button = /** @type {HTMLButtonElement} */ (document.getElementById("theme"));
  const apply = () => {
    const chosen = localStorage.getItem("theme") ?? "auto";
    document.documentElement.dataset.theme = chosen;
    button.textContent = { auto: "◐ Auto", light: "○ Light", dark: "● Dark" }[chosen] ?? "◐ Auto";
    button.setAttribute("aria-label", `Colours: ${chosen}`);
  };
  button.addEventListener("click", () => {
    const chosen = localStorage.getItem("theme") ?? "auto";
    localStorage.setItem("theme", THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length]);
    apply();
  });
  apply();
}

person();
theme();
addEventListener("hashchange", show);
addEventListener("unhandledrejection", (event) => notify(event.reason?.message ?? "Something went wrong.", { bad: true }));
show();
