// Where a moment stands in the waterfall. Long times in which nothing ran are pressed together. No I/O.

const LONG = 10; // times the median of how long the calls ran
const NOTABLE = 0.05; // of the whole; shorter ones are not worth a mark
const PRESSED = 0.05; // of the time that is not pressed
const NEARLY = 0.7; // lines may stand a little more densely than asked for
const ROOM = 1.2; // how much further a live picture reaches than now
const NICE_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3];
const HOUR_MS = 3_600_000;

/**
 * @param {import("./spans.js").Span[][]} calls the spans of each call
 * @param {number} now where spans end that last
 * @param {number} [reach] how far the picture reached so far, if it is live
 */
export function scaleOf(calls, now, reach) {
  const spans = calls.flat();
  const isLive = spans.some((span) => span.end === null);
  const start = Math.min(...spans.map((span) => span.start));
  const end = Math.max(start + 1, ...spans.map((span) => span.end ?? now));
  return new Scale(start, end, gapsOf(calls, start, end, now), isLive ? reach ?? 0 : null);
}

export class Scale {
  /** @type {{from: number, to: number}[]} */
  gaps;
  start;
  end;
  /** How much time there is to see, gaps pressed together. */
  reach;
  #pressedMs;

  constructor(start, end, gaps, reach) {
    Object.assign(this, { start, end, gaps });
    const hidden = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
    this.#pressedMs = (end - start - hidden) * PRESSED;
    const needed = this.#seen(end);
    this.reach = reach === null ? needed : reach >= needed && reach < needed * ROOM * ROOM ? reach : needed * ROOM;
  }

  /** From 0 (the beginning) to 1 (the right edge). */
  at(ms) {
    return this.#seen(ms) / this.reach;
  }

  /** Moments worth a line, about so many: `ms` since the beginning, or since the gap before them (`isAfterGap`). */
  ticks(count) {
    const rough = this.reach / count;
    const step = NICE_MS.find((one) => one >= rough * NEARLY) ?? Math.ceil(rough / HOUR_MS) * HOUR_MS;
    const found = [];
    this.#open().forEach(([from, to], place) => {
      for (let ms = place ? step : 0; from + ms <= to; ms += step) found.push({ ms, at: this.at(from + ms), isAfterGap: place > 0 });
    });
    return found;
  }

  /** The stretches that are not pressed. */
  #open() {
    const stretches = [];
    let from = this.start;
    for (const gap of this.gaps) {
      stretches.push([from, gap.from]);
      from = gap.to;
    }
    return [...stretches, [from, from + this.reach - this.#seen(from)]];
  }

  #seen(ms) {
    let seen = ms - this.start;
    for (const { from, to } of this.gaps) {
      if (ms <= from) break;
      const inside = Math.min(ms, to) - from;
      seen -= inside - (inside / (to - from)) * this.#pressedMs;
    }
    return Math.max(0, seen);
  }
}

function gapsOf(calls, start, end, now) {
  const least = Math.max(LONG * median(calls.map((spans) => ranMs(spans, now)).filter((ms) => ms > 0)), NOTABLE * (end - start));
  const found = [];
  let free = start;
  const runs = calls.flat().filter((span) => span.kind === "run");
  for (const run of runs.sort((one, other) => one.start - other.start)) {
    if (run.start - free > least) found.push({ from: free, to: run.start });
    free = Math.max(free, run.end ?? now);
  }
  if (runs.length && end - free > least) found.push({ from: free, to: end });
  return found;
}

function ranMs(spans, now) {
  return spans.reduce((sum, span) => sum + (span.kind === "run" ? (span.end ?? now) - span.start : 0), 0);
}

function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted.length ? sorted[Math.floor(sorted.length / 2)] : Infinity;
}
