// How a bar moves between two words of the server: smoothly, never backwards within an attempt, never into a stage that the
// server has not announced. Percent, milliseconds. No I/O.

const EASE_MS = 120;
const MOST_FRAME_MS = 100;
const MOST_STEP = 2.9; // percent in one frame
const TRUST = 0.8;
const AHEAD_MS = 1500;
const SMOOTH = 0.3;
const USUAL_STAGE_MS = 4000;
const MOST_OF_STAGE = 0.9;
const FILL_MS = 200;
const NEAR = 0.05;

const equal = new Map();

/** Where each stage ends, in percent of the call; equal parts when the tool's catalog does not say. */
export function endsOf(stages, known) {
  const count = stages.length;
  if (known?.length === count) return known;
  if (!equal.has(count))
    equal.set(
      count,
      stages.map((_, place) => ((place + 1) / count) * 100),
    );
  return equal.get(count);
}

export class Pace {
  /** What the bar shows. */
  value = 0;
  /** Whether the server has said a percentage for the stage that runs. */
  isKnown = false;
  #target = 0;
  #floor = 0;
  #ceiling = 100;
  #rate = 0;
  #at = 0;
  #stageAt = 0;
  #attempt = 0;
  #stage = null;
  #moves = false;
  #fills = 0;

  /**
   * Heed a newer state. The first one, and the first of an attempt, is shown at once.
   * @param {{status: string, stage: string | null, stages: string[], progress: number, attempt: number}} call
   * @param {number[]} ends
   */
  heed(call, ends, now) {
    const anew = call.attempt !== this.#attempt;
    if (anew) this.#begin(call, now);
    this.#moves = call.status === "running" || call.status === "pausing";
    if (call.status === "succeeded") return this.#fill(now, anew);
    this.#enter(call, ends, now);
    const more = call.progress - this.#target;
    if (more > 0 && !anew) this.#measure(more, now);
    if (call.progress > this.#floor) this.isKnown = true;
    if (more > 0 || anew) [this.#target, this.#at] = [Math.max(this.#target, call.progress), now];
    if (anew) this.value = call.progress;
  }

  /** Show at once what the server said last: after a load, and where motion is unwanted. */
  settle() {
    this.value = Math.max(this.value, this.#target);
  }

  /** Move by a frame; says whether there is anything left to move. */
  step(now, dt) {
    const aim = this.#aim(now);
    const gap = aim - this.value;
    if (gap > 0) {
      const eased = gap * (1 - Math.exp(-Math.min(dt, MOST_FRAME_MS) / EASE_MS));
      const step = this.#fills ? Math.max(eased, (dt / FILL_MS) * gap) : Math.min(eased, MOST_STEP);
      this.value = gap < NEAR ? aim : this.value + step;
    }
    return gap >= NEAR || this.#moves;
  }

  #begin(call, now) {
    Object.assign(this, { value: 0, isKnown: false });
    [this.#attempt, this.#stage, this.#rate, this.#fills] = [call.attempt, null, 0, 0];
    [this.#target, this.#floor, this.#at, this.#stageAt] = [0, 0, now, now];
  }

  #enter(call, ends, now) {
    if (call.stage === this.#stage) return;
    const place = call.stages.indexOf(call.stage);
    this.#stage = call.stage;
    [this.#floor, this.#ceiling] = place < 0 ? [0, 100] : [ends[place - 1] ?? 0, ends[place]];
    [this.#stageAt, this.#rate] = [now, 0];
    this.isKnown = call.progress > this.#floor;
  }

  #measure(more, now) {
    const took = Math.max(1, now - this.#at);
    this.#rate += (more / took - this.#rate) * (this.#rate ? SMOOTH : 1);
  }

  #fill(now, anew) {
    [this.#target, this.#ceiling, this.#fills, this.isKnown] = [100, 101, now, true];
    if (anew) this.value = 100;
  }

  #aim(now) {
    if (this.#fills || !this.#moves) return this.#target;
    const top = Math.max(this.#target, this.#ceiling - 1);
    if (this.isKnown) {
      return Math.min(top, this.#target + this.#rate * TRUST * Math.min(now - this.#at, AHEAD_MS));
    }
    const share = Math.min(MOST_OF_STAGE, 1 - Math.exp(-(now - this.#stageAt) / USUAL_STAGE_MS));
    return Math.max(this.#target, Math.min(top, this.#floor + (this.#ceiling - this.#floor) * share));
  }
}
