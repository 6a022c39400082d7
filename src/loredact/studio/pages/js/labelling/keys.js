// The keys of the pane: they count while it has the focus, and nowhere else.

/** What is shown as help, in groups. @type {Array<[string, string]>} */
export const HELP = [
  ["← →", "walk the spans"],
  ["W B", "next word, word before; with Shift one more, one less"],
  ["1 … 9", "give the label"],
  ["Enter", "accept the suggestion, or label the word"],
  ["Shift Enter", "accept all"],
  ["Del", "remove, or say no to a suggestion"],
  ["[ ]", "widen to the left, to the right"],
  ["{ }", "narrow from the left, from the right"],
  ["E", "the same everywhere in this text; with Shift in all"],
  ["/", "find in the text"],
  ["Ctrl Z, Ctrl Y", "undo, redo"],
  ["Ctrl Enter", "done, next text"],
  ["S", "skip this text"],
  ["?", "these keys"],
];

/**
 * What a key does; undefined where it does nothing.
 * @param {KeyboardEvent} event @param {import("./editor.js").Editor} editor
 * @param {{done: () => void, skip: () => void, help: () => void, find: () => void}} page
 * @returns {(() => void) | undefined}
 */
export function actionOf(event, editor, page) {
  const { key, shiftKey } = event;
  if (event.ctrlKey || event.metaKey) {
    if (key === "Enter") return page.done;
    if (key.toLowerCase() === "z") return shiftKey ? () => editor.redo() : () => editor.undo();
    if (key.toLowerCase() === "y") return () => editor.redo();
    return undefined;
  }
  if (event.altKey && !"[]{}".includes(key)) return undefined;
  if (/^[1-9]$/.test(key)) {
    const label = editor.labels[Number(key) - 1];
    return label && (() => editor.give(label.name));
  }
  switch (key) {
    case "ArrowRight": return () => editor.walk(1);
    case "ArrowLeft": return () => editor.walk(-1);
    case "Enter": return shiftKey ? () => editor.acceptAll() : () => editor.accept();
    case "Delete":
    case "Backspace": return () => editor.remove();
    case "[": return () => editor.move("start", -1);
    case "{": return () => editor.move("start", 1);
    case "]": return () => editor.move("end", 1);
    case "}": return () => editor.move("end", -1);
    case "/": return page.find;
    case "?": return page.help;
    case "Escape": return () => editor.goTo(null);
  }
  switch (key.toLowerCase()) {
    case "w": return () => editor.walkWord(1, shiftKey);
    case "b": return () => editor.walkWord(-1, shiftKey);
    case "e": return () => editor.everywhere(shiftKey);
    case "s": return page.skip;
  }
  return undefined;
}
