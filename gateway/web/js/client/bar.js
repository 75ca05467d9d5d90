// The bar of a card: one segment for each stage, moved by transforms alone.

import { make } from "./glyphs.js";

const LEAST = 0.0005;

export class StageBar {
  root = make("div", "bar");
  #fills = [];
  #shown = [];
  #ends = null;
  #said = "";
  #lit = -1;

  constructor(labelId) {
    this.root.setAttribute("role", "progressbar");
    this.root.setAttribute("aria-labelledby", labelId);
    this.root.setAttribute("aria-valuemin", "0");
    this.root.setAttribute("aria-valuemax", "100");
  }

  /** Have a segment for each stage, as long as the stage's share of the whole. */
  divide(ends) {
    if (ends === this.#ends) return;
    this.#ends = ends;
    this.#fills = ends.map(() => make("b"));
    this.#shown = ends.map(() => -1);
    this.root.replaceChildren(...this.#fills.map((fill, place) => this.#segment(fill, place)));
  }

  /** Draw a value from 0 to 100. */
  show(value) {
    for (let place = 0; place < this.#ends.length; place++) {
      const [from, to] = [this.#ends[place - 1] ?? 0, this.#ends[place]];
      const share = Math.min(1, Math.max(0, (value - from) / (to - from || 1)));
      if (Math.abs(share - this.#shown[place]) < LEAST) continue;
      this.#shown[place] = share;
      this.#fills[place].style.transform = `scaleX(${share})`;
    }
  }

  /** Tell what it shows to those who do not see it. */
  say(value, isKnown, words) {
    const said = isKnown ? `${Math.floor(value)} %, ${words}` : words;
    if (said === this.#said) return;
    this.#said = said;
    if (isKnown) set(this.root, "aria-valuenow", String(Math.floor(value)));
    else this.root.removeAttribute("aria-valuenow");
    set(this.root, "aria-valuetext", said);
  }

  /** Which segment is at work. */
  light(place) {
    if (place === this.#lit) return;
    this.#lit = place;
    [...this.root.children].forEach((segment, index) => segment.toggleAttribute("data-active", index === place));
  }

  #segment(fill, place) {
    const segment = make("i");
    segment.style.flexGrow = String(this.#ends[place] - (this.#ends[place - 1] ?? 0));
    segment.append(fill);
    return segment;
  }
}

/** Set an attribute only where it changes something. */
export function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
