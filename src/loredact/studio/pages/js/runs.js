// A run as the pages tell of it.

/** @type {Record<string, string>} */
export const STATES = { queued: "waits", running: "learns", stopping: "stops", stopped: "stopped", done: "done", failed: "failed" };

/** Whether a run has not come to its end. @param {any} run */
export const isOpen = (run) => ["queued", "running", "stopping"].includes(run.state);

/** How long a run still takes. @param {any} run */
export function timeLeft(run) {
  if (run.seconds_left === null) return "";
  if (run.seconds_left > 90) return `about ${Math.round(run.seconds_left / 60)} minutes left`;
  return `about ${Math.max(1, Math.round(run.seconds_left))} seconds left`;
}

/**
 * Look again and again, one look after the other; gives what ends it.
 * @param {() => Promise<void>} look @param {number} [milliseconds]
 */
export function keepLooking(look, milliseconds = 1000) {
  let looking = false;
  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    try {
      await look();
    } catch {
      // The studio does not answer just now; the next look asks again.
    } finally {
      looking = false;
    }
  }, milliseconds);
  return () => clearInterval(timer);
}
