// How to mask: a policy, and operators in the place of its own.

import { get } from "../api.js";
import { field, fill, h, notify, select } from "../dom.js";

const FILE = "\u0000file";
const AS_THE_POLICY = "";

/**
 * The choice of a policy and of operators. `value` is what the studio is sent; `element` is what is shown.
 * @param {Array<{name: string}>} labels the folder's @param {() => void} changed
 */
export async function chooseHow(labels, changed) {
  const { policies, operators } = await get("/masking/choices");
  /** @type {{policy: string, written?: string, operator?: string, operators: Record<string, string>}} */
  const value = { policy: "default", operators: {} };
  /** @type {{name: string, written: string} | null} */
  let file = null;
  const about = h("p", { class: "small muted" });
  const input = h("input", { type: "file", accept: ".yaml,.yml,.json", "aria-label": "A policy’s file", onchange: () => read() });
  const policy = select([], "", { onchange: () => choose() });
  const operator = operatorSelect("as the policy says", (name) => { value.operator = name || undefined; changed(); });
  const byLabel = h("div", { class: "fields" }, labels.map((label) => field(label.name, operatorSelect("as the policy says", (name) => {
    if (name) value.operators[label.name] = name;
    else delete value.operators[label.name];
    changed();
  }))));

  /** @param {string} first @param {(name: string) => void} told */
  function operatorSelect(first, told) {
    const made = select([[AS_THE_POLICY, first], ...operators.map((/** @type {any} */ one) => [one.name, one.about])], AS_THE_POLICY, { onchange: () => told(made.value) });
    return made;
  }

  /** Policies that can be chosen: those that ship, a file that was read, and another one. */
  function list() {
    const own = file ? [[`${FILE} read`, `${file.name} (a file)`]] : [];
    const made = select([...policies.map((/** @type {any} */ one) => [one.name, one.name]), ...own, [FILE, "from a file …"]], "");
    policy.replaceChildren(...made.childNodes);
    policy.value = value.written === undefined ? value.policy : `${FILE} read`;
    about.textContent = value.written === undefined ? policies.find((/** @type {any} */ one) => one.name === value.policy)?.about ?? "" : "As the file says.";
  }

  function choose() {
    if (policy.value === FILE) {
      list();
      input.click();
      return;
    }
    const own = file !== null && policy.value.startsWith(FILE);
    value.policy = own ? "default" : policy.value;
    value.written = own && file ? file.written : undefined;
    list();
    changed();
  }

  async function read() {
    const [chosen] = input.files ?? [];
    input.value = "";
    if (!chosen) return;
    file = { name: chosen.name, written: await chosen.text() };
    value.policy = "default";
    value.written = file.written;
    list();
    notify(`${chosen.name} is the policy.`);
    changed();
  }

  list();
  const element = h("div", { class: "stack" });
  fill(
    element,
    h("div", { class: "fields" }, h("div", { class: "field" }, field("Policy", policy), about, input), field("What takes the place of a span", operator, "Of labels that the policy has no rule for.")),
    h("details", {}, h("summary", {}, "By label"), byLabel),
  );
  return { value, element };
}
