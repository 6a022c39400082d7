// Files and folders that are dropped or chosen.

import { h } from "./dom.js";

/**
 * A place to drop files and folders on, with buttons to choose them.
 * @param {string} sentence @param {(files: Array<[string, File]>) => void} take told of the files, by their paths
 */
export function dropZone(sentence, take) {
  const files = h("input", { type: "file", multiple: true, "aria-label": "Files", onchange: () => chosen(files) });
  const folder = h("input", { type: "file", webkitdirectory: true, "aria-label": "A folder", onchange: () => chosen(folder) });
  /** @param {HTMLInputElement} input */
  const chosen = (input) => {
    take([...(input.files ?? [])].map((file) => [file.webkitRelativePath || file.name, file]));
    input.value = "";
  };
  const zone = h(
    "div",
    { class: "drop stack" },
    h("p", {}, sentence),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", onclick: () => files.click() }, "Choose files"),
      h("button", { type: "button", onclick: () => folder.click() }, "Choose a folder"),
      files,
      folder,
    ),
  );
  zone.addEventListener("dragover", (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(await dropped(event.dataTransfer));
  });
  return zone;
}

/** @param {DataTransfer | null} transfer @returns {Promise<Array<[string, File]>>} */
async function dropped(transfer) {
  // The list is empty once anything has been waited for.
  const entries = [...(transfer?.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null && entry !== undefined);
  if (!entries.length) return [...(transfer?.files ?? [])].map((file) => [file.name, file]);
  const found = await Promise.all(entries.map((entry) => filesOf(/** @type {FileSystemEntry} */ (entry))));
  return found.flat();
}

/** @param {FileSystemEntry} entry @returns {Promise<Array<[string, File]>>} */
async function filesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    return [[entry.fullPath.replace(/^\//, ""), /** @type {File} */ (file)]];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const one of some) if (!one.name.startsWith(".")) found.push(...(await filesOf(one)));
  }
}
