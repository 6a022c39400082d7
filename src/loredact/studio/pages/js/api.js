// What the pages ask the studio for.

const client = sessionStorage.getItem("client") ?? crypto.randomUUID();
sessionStorage.setItem("client", client);

/** An answer that is no. `body` may hold what there is in place of what was sent. */
export class Refused extends Error {
  /** @param {number} status @param {any} body */
  constructor(status, body) {
    super(body?.error ?? (status ? `The studio answered ${status}.` : "The studio does not answer. Is it still running?"));
    this.status = status;
    this.body = body;
  }
}

/** The name that people at this browser gave themselves. */
export const who = () => localStorage.getItem("who") ?? "";

/**
 * @param {string} method @param {string} path @param {any} [body] JSON, or a form with files
 * @param {AbortSignal} [signal] of a page that is left: a browser has few connections, and what is no longer wanted holds one
 * @returns {Promise<any>}
 */
async function ask(method, path, body, signal) {
  const headers = { "X-Studio-Client": client, "X-Studio-Who": encodeURIComponent(who()) };
  const form = body instanceof FormData;
  let answer;
  try {
    answer = await fetch(`/api${path}`, {
      method,
      signal,
      // So that what is small is sent, too, when the page is closed.
      keepalive: method === "POST" && !form && path.endsWith("/open"),
      headers: body === undefined || form ? headers : { ...headers, "Content-Type": "application/json" },
      body: body === undefined ? undefined : form ? body : JSON.stringify(body),
    });
  } catch {
    throw new Refused(0, null);
  }
  const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : { error: await answer.text() };
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

/** @param {string} path @param {AbortSignal} [signal] */
export const get = (path, signal) => ask("GET", path, undefined, signal);
/** @param {string} path @param {any} [body] */
export const post = (path, body = {}) => ask("POST", path, body);
/** @param {string} path @param {any} body */
export const put = (path, body) => ask("PUT", path, body);

/** Send files under their paths. @param {string} path @param {Array<[string, File]>} files @param {Record<string, string>} [more] */
export function send(path, files, more = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(more)) form.append(name, value);
  for (const [name, file] of files) form.append("files", file, name);
  return ask("POST", path, form);
}

/**
 * Wait for a job's end, telling how far it is; gives its result.
 * @param {{id: number}} job @param {(done: number) => void} tell @param {AbortSignal} [signal]
 */
export async function result(job, tell, signal) {
  for (;;) {
    const now = await get(`/jobs/${job.id}`);
    if (signal?.aborted) return null;
    tell(now.done);
    if (now.state === "done") return now.result;
    if (now.state === "failed") throw new Refused(422, { error: now.message });
    if (now.state === "stopped") return null;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
