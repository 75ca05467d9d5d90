// What a card says of a call: its state, its words, its buttons. No I/O.

import { applies } from "./message.js";
import { duration, spoken } from "./words.js";

const STEP_WORDS_AFTER_MS = 2000;
const STILL_AFTER_MS = 10_000;
const QUIET_MS = 10_000;

/** States that are shown while a control is on its way. */
const ASKED = { pause: "pausing", resume: "resuming", cancel: "cancelling", retry: "starting" };

/**
 * The state as it is shown: the server's, or what was just asked of it.
 * @param {import("./store.js").CallState} call
 * @param {string | undefined} asked
 * @param {boolean} lost
 */
export function stateOf(call, asked, lost) {
  if (asked && (asked === "retry" || applies(asked, call))) return ASKED[asked];
  if (call.status === "queued") return queuedState(call);
  if (call.status === "running" && lost) return "lost";
  return call.status;
}

function queuedState(call) {
  if (call.next_attempt_at) return "retrying";
  return call.waiting_for.length ? "waiting" : "queued";
}

/** Where a card stands. */
export function groupOf(call, state) {
  if (state === "failed" || state === "lost") return "attention";
  if (call.status === "succeeded" || call.status === "cancelled") return "done";
  if (["queued", "waiting", "retrying", "starting"].includes(state) || !call.started_at) return "next";
  return "running";
}

/**
 * The word of a state, and what else there is to say.
 * @param {{call: any, state: string, sinceMs: number, quietMs: number, titleOf: (id: string) => string}} about
 * @returns {{word: string, note: string}}
 */
export function wordsOf({ call, state, sinceMs, quietMs, nowMs, titleOf }) {
  const note = call.detail?.note ?? "";
  switch (state) {
    case "queued":
      return { word: "Queued", note };
    case "waiting":
      return { word: "Waiting", note: waitsFor(call, titleOf) };
    case "retrying":
      return { word: `Retrying ${soon(call, nowMs)}`, note: `attempt ${call.attempt + 1}` };
    case "starting":
      return { word: "Starting…", note: "" };
    case "running":
      return { word: call.stage ? spoken(call.stage) : "Running", note: quietMs > QUIET_MS ? quiet(quietMs) : note };
    case "pausing":
      return { word: pausingWord(call, sinceMs), note };
    case "paused":
      return { word: "Paused", note: call.started_at ? `in ${call.stage ?? "the queue"}` : "before it started" };
    case "resuming":
      return { word: "Resuming…", note };
    case "cancelling":
      return {
        word: sinceMs > STILL_AFTER_MS ? "Still cancelling…" : "Cancelling…",
        note: "nothing of it will take effect",
      };
    case "cancelled":
      return { word: "Cancelled", note: "nothing was changed" };
    case "lost":
      return { word: "Worker lost", note: `starting again, attempt ${call.attempt}` };
    case "failed":
      return { word: "Failed", note: call.error?.title ?? "" };
    default:
      return { word: "Done", note: "" };
  }
}

function waitsFor(call, titleOf) {
  const [first, ...others] = call.waiting_for;
  return `for “${titleOf(first)}”${others.length ? ` and ${others.length} more` : ""}`;
}

function soon(call, nowMs) {
  const ms = Date.parse(call.next_attempt_at) - nowMs;
  return ms > 0 ? `in ${Math.ceil(ms / 1000)} s` : "now";
}

function pausingWord(call, sinceMs) {
  return call.pausable === "step" || sinceMs > STEP_WORDS_AFTER_MS ? "Pausing after this step…" : "Pausing…";
}

function quiet(ms) {
  return `no update for ${duration(ms)}`;
}

const TOOLTIPS = {
  pause: "Pauses this tool. Other tools continue.",
  resume: "Goes on where it stopped.",
  cancel: "Stops this tool. Nothing of it takes effect.",
  retry: "Runs this tool again.",
};

/**
 * The buttons of a card: {name, label, title, strong, disabled}.
 * @returns {{name: string, label: string, title: string, strong?: boolean, disabled?: boolean}[]}
 */
export function buttonsOf(call, state) {
  const button = (name, label, more = {}) => ({ name, label, title: TOOLTIPS[name], ...more });
  switch (state) {
    case "pausing":
      return call.status === "pausing"
        ? [button("resume", "Resume"), button("cancel", "Cancel")]
        : [button("pause", "Pause", { disabled: true }), button("cancel", "Cancel")];
    case "resuming":
      return [button("resume", "Resume", { disabled: true }), button("cancel", "Cancel", { disabled: true })];
    case "cancelling":
      return [button("cancel", "Cancel", { disabled: true })];
    case "starting":
      return [button("retry", "Retry", { disabled: true })];
    case "paused":
      return [button("resume", "Resume"), button("cancel", "Cancel")];
    case "failed":
      return applies("retry", call)
        ? [button("retry", call.error?.retryable ? "Retry" : "Try again", { strong: call.error?.retryable })]
        : [];
    case "cancelled":
      return [button("retry", "Run again")];
    case "succeeded":
      return [];
    default:
      return [...(applies("pause", call) ? [button("pause", "Pause")] : []), button("cancel", "Cancel")];
  }
}

/** What a failure left behind, and what comes next. */
export function consequence(call) {
  if (!applies("retry", call))
    return "It changed no file. It cannot run as it was written; the model is told why and can correct it.";
  if (call.error?.retryable) return "It changed no file. Trying again may help.";
  return "It changed no file. The model is told why, and can correct itself.";
}
