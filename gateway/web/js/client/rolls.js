// Many alike under one head: the running calls of a tool, with a bar for all; calls that failed for the same reason.

import { StageBar } from "./bar.js";
import { make } from "./glyphs.js";

const SAME_FROM = 4; // so many equal failures are one

let rolled = 0;

class Roll {
  head = make("div", "roll-head");
  whole = make("div", "roll");
  fold = make("button", "fold");
  #list;

  constructor(list, isOpen, onFold) {
    this.#list = list;
    this.fold.type = "button";
    this.fold.id = `roll-${++rolled}`;
    this.#open(isOpen);
    this.fold.onclick = () => {
      this.#open(list.hidden);
      onFold();
    };
    this.head.append(this.fold);
    this.whole.append(this.head, list);
  }

  #open(isOpen) {
    this.#list.hidden = !isOpen;
    this.fold.setAttribute("aria-expanded", String(isOpen));
  }
}

/** The head of a tool's cards: how many, and one bar for all. */
export class ToolRoll extends Roll {
  #count = make("span", "count");
  #percent = make("span", "percent");
  #bar = new StageBar(this.fold.id);

  constructor(tool, list, onFold) {
    super(list, true, onFold);
    this.fold.textContent = tool;
    this.#bar.divide([100]);
    this.head.append(this.#count, this.#bar.root, this.#percent);
  }

  draw(cards) {
    const mean = cards.reduce((sum, card) => sum + card.call.progress, 0) / cards.length;
    this.#count.textContent = String(cards.length);
    this.#percent.textContent = `${Math.floor(mean)} %`;
    this.#bar.show(mean);
    this.#bar.say(mean, true, `${cards.length} running`);
  }
}

/** The head of equal failures: how many and why, and one button that tries them all again. */
export class FailureRoll extends Roll {
  #why;
  #retry = make("button", "control", "Retry all");
  #cards = [];

  constructor(why, list, onFold) {
    super(list, false, onFold);
    this.#why = why;
    this.head.dataset.tone = "bad";
    this.#retry.type = "button";
    this.#retry.onclick = () => this.#cards.forEach((card) => card.act("retry"));
    this.head.append(this.#retry);
  }

  draw(cards) {
    this.#cards = cards;
    this.fold.textContent = `${cards.length} calls failed: ${this.#why}`;
    this.#retry.hidden = !cards.some((card) => card.mayRetry);
  }
}

/** Under which reason each failed card stands: none, unless several have the same. @returns {(card: any) => string} */
export function reasons(cards) {
  const counts = new Map();
  const reason = ({ call }) => (call.error ? call.error.title : "");
  for (const card of cards) counts.set(reason(card), (counts.get(reason(card)) ?? 0) + 1);
  return (card) => (counts.get(reason(card)) >= SAME_FROM ? reason(card) : "");
}
