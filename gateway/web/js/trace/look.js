// How a call's state looks in the trace: its icon, its word. No I/O.

import { spoken } from "./words.js";

export const ICONS = {
  queued: "M8 3.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9",
  waiting: "M8 3.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M8 5.8V8l1.5 1",
  running: "M5.5 3.8v8.4L12.3 8z",
  paused: "M5.5 4v8M10.5 4v8",
  cancelled: "M4.5 8h7",
  failed: "M8 3.5v5.5M8 12v.2",
  succeeded: "M3.5 8.5l3 3 6-6.5",
};
const ALIKE = { pausing: "paused", cancelling: "cancelled" };
const WORDS = { succeeded: "Done", waiting: "Waiting for other calls", pausing: "Pausing…", cancelling: "Cancelling…" };
const TONES = { succeeded: "good", failed: "bad", running: "accent", paused: "warn", pausing: "warn" };
const KINDS = { waiting: "Waiting for other calls", queued: "Queued", paused: "Paused" };

export function stateOf(call) {
  return call.status === "queued" && call.waiting_for.length ? "waiting" : call.status;
}

export function iconOf(state) {
  return ICONS[state] ?? ICONS[ALIKE[state]];
}

export function wordOf(state) {
  return WORDS[state] ?? spoken(state);
}

export function toneOf(state) {
  return TONES[state] ?? "";
}

/** What a span is, in words. */
export function nameOf(span) {
  return span.kind === "run" ? spoken(span.stage ?? "run") : KINDS[span.kind];
}
