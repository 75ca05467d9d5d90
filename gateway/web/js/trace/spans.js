// A call as spans of time: what it waited for, when it was queued, each run of a stage, when it was paused. No I/O.

/**
 * @typedef {object} Span
 * @property {"waiting" | "queued" | "run" | "paused"} kind
 * @property {number} attempt
 * @property {number} start milliseconds since the epoch
 * @property {number | null} end null while it lasts
 * @property {string} [stage] of a run
 * @property {number} [tint] of a run: the place of its stage
 * @property {string | null} [outcome] of a run
 */

const FINAL = ["succeeded", "failed", "cancelled"];
const IDLE = { queued: "queued", paused: "paused" };

/**
 * @param {import("../client/store.js").CallState} call
 * @param {{timeline: object[], moves: object[]} | undefined} told what is known of its timeline; without it, only roughly
 * @returns {Span[]} oldest first
 */
export function spansOf(call, told) {
  const spans = told ? [...stillsOf(told.moves), ...runsOf(call, told.timeline)] : roughly(call);
  return spans.length ? spans.sort((one, other) => one.start - other.start) : [refused(call)];
}

/** How long a call ran, was paused, and waited in all that time besides, in milliseconds. */
export function totalsOf(spans, now) {
  const sum = (own) => own.reduce((ms, span) => ms + Math.max(0, (span.end ?? now) - span.start), 0);
  const [ran, paused] = ["run", "paused"].map((kind) => sum(spans.filter((span) => span.kind === kind)));
  const whole = Math.max(...spans.map((span) => span.end ?? now)) - spans[0].start;
  return { ran, paused, waited: Math.max(0, whole - ran - paused) };
}

/** The spans of each attempt: `[[1, spans], [2, spans]]`. */
export function attemptsOf(spans) {
  const found = new Map();
  for (const span of spans) found.set(span.attempt, [...(found.get(span.attempt) ?? []), span]);
  return [...found].sort(([one], [other]) => one - other);
}

/** The times in which the call stood still, by its moves. */
function stillsOf(moves) {
  const found = moves.map((move, place) => {
    const kind = move.status === "queued" && move.waiting_for.length ? "waiting" : IDLE[move.status];
    return { kind, attempt: move.attempt, start: Date.parse(move.at), end: place + 1 < moves.length ? Date.parse(moves[place + 1].at) : null };
  });
  return joined(found.filter((span) => span.kind));
}

/** Moves that change nothing about how a call stands still make no new span. */
function joined(spans) {
  const found = [];
  for (const span of spans) {
    const last = found.at(-1);
    if (last && last.end === span.start && last.kind === span.kind && last.attempt === span.attempt) last.end = span.end;
    else found.push(span);
  }
  return found;
}

function runsOf(call, timeline) {
  return timeline.map(({ stage, attempt, outcome, started_at: start, finished_at: end }) => ({
    kind: "run",
    attempt,
    stage,
    outcome,
    tint: Math.max(0, call.stages.indexOf(stage)),
    start: Date.parse(start),
    end: end && Date.parse(end),
  }));
}

/** What was never to run is a moment. */
function refused(call) {
  const at = Date.parse(call.submitted_at);
  return { kind: "run", attempt: call.attempt, stage: "refused", tint: 0, outcome: "failed", start: at, end: at };
}

function roughly(call) {
  const { attempt, submitted_at: submitted, started_at: started, finished_at: finished } = call;
  const end = finished && Date.parse(finished);
  const kind = call.waiting_for.length ? "waiting" : "queued";
  const spans = [{ kind, attempt, start: Date.parse(submitted), end: started ? Date.parse(started) : end }];
  if (started) spans.push({ kind: "run", attempt, start: Date.parse(started), end, tint: 1, outcome: outcomeOf(call) });
  return spans;
}

function outcomeOf(call) {
  return FINAL.includes(call.status) ? { succeeded: "done" }[call.status] ?? call.status : null;
}
