// The one loop that draws: every frame the bars, at a slower beat the text. It rests when nothing moves.

const LONG_MS = 500; // a frame after so long was not slow: the page was hidden
const WINDOW_MS = 2000;
const BETTER_AFTER_MS = 10_000;
const SLOW_MS = 33;
const VERY_SLOW_MS = 50;

export class Frame {
  /** 0: all is well; 1: less text and no flights; 2: fewer events, too. */
  strain = 0;
  #draw;
  #onStrain;
  #asked = 0;
  #last = 0;
  #spans = [];
  #since = 0;
  #goodSince = 0;

  /**
   * @param {(now: number, dt: number) => boolean} draw says whether it wants another frame
   * @param {(strain: number) => void} onStrain
   */
  constructor(draw, onStrain) {
    this.#draw = draw;
    this.#onStrain = onStrain;
  }

  /** Something has changed: draw it with the next frame. */
  ask() {
    this.#asked ||= requestAnimationFrame((now) => this.#next(now));
  }

  #next(now) {
    this.#asked = 0;
    const dt = this.#last ? now - this.#last : 1000 / 60;
    const more = this.#draw(now, Math.min(dt, LONG_MS));
    if (this.#last && dt < LONG_MS) this.#measure(now, dt);
    this.#last = more ? now : 0;
    if (more) this.ask();
  }

  #measure(now, dt) {
    this.#since ||= now;
    this.#spans.push(dt);
    if (now - this.#since < WINDOW_MS) return;
    const sorted = this.#spans.sort((one, other) => one - other);
    this.#judge(now, sorted[Math.floor(sorted.length * 0.95)]);
    [this.#spans, this.#since] = [[], now];
  }

  #judge(now, p95) {
    const found = p95 > VERY_SLOW_MS ? 2 : p95 > SLOW_MS ? 1 : 0;
    if (found) this.#goodSince = 0;
    else this.#goodSince ||= now;
    if (found > this.strain) this.#set(found);
    else if (this.strain && this.#goodSince && now - this.#goodSince > BETTER_AFTER_MS) this.#set(0);
  }

  #set(strain) {
    this.strain = strain;
    this.#onStrain(strain);
  }
}
