// Tells those who listen what happened: starts, ends, failures and pauses; at most every two seconds, merged.

import { make } from "./glyphs.js";

const EVERY_MS = 2000;
const MOST_NAMED = 3;
const TOLD = { running: "Started", paused: "Paused", cancelled: "Cancelled", succeeded: "Finished", failed: "Failed" };

export class Announcer {
  root = make("div", "hush");
  #waiting = new Map();
  #timer = 0;

  constructor() {
    this.root.setAttribute("role", "status");
  }

  /** A call came to a state. */
  tell(state, title) {
    const what = TOLD[state];
    if (!what) return;
    this.#forget(title);
    this.#waiting.set(what, [...(this.#waiting.get(what) ?? []), title]);
    this.#timer ||= setTimeout(() => this.#speak(), this.#waitMs());
  }

  /** Say words of their own, with the next announcement. */
  say(words) {
    this.#waiting.set(words, []);
    this.#timer ||= setTimeout(() => this.#speak(), this.#waitMs());
  }

  /** What a call came to is told, not all that it went through meanwhile. */
  #forget(title) {
    for (const [what, titles] of this.#waiting) {
      const others = titles.filter((one) => one !== title);
      if (titles.length && !others.length) this.#waiting.delete(what);
      else this.#waiting.set(what, others);
    }
  }

  #last = 0;

  #waitMs() {
    return Math.max(100, this.#last + EVERY_MS - Date.now());
  }

  #speak() {
    this.#timer = 0;
    this.#last = Date.now();
    this.root.textContent = [...this.#waiting].map(([what, titles]) => sentence(what, titles)).join(" ");
    this.#waiting.clear();
  }
}

/** Every failure is named; of other things, as many as one can listen to. */
function sentence(what, titles) {
  if (!titles.length) return what;
  const named = what === "Failed" || titles.length <= MOST_NAMED ? titles : titles.slice(0, MOST_NAMED);
  const others = titles.length - named.length;
  return `${what}: ${named.join(", ")}${others ? ` and ${others} more` : ""}.`;
}
