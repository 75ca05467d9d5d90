// The four groups of a message's cards, and within them, where many are alike, one head for all of those.

import { make } from "./glyphs.js";
import { putBefore } from "./place.js";
import { FailureRoll, ToolRoll } from "./rolls.js";

export const GROUPS = [
  ["attention", "Needs you"],
  ["running", "Running"],
  ["next", "Up next"],
  ["done", "Done"],
];
const SHOWN_DONE = 5;
const ROLLS = { attention: FailureRoll, running: ToolRoll };

let numbered = 0;

export class Group {
  root = make("section", "group");
  #name;
  #head = make("div", "group-head");
  #count = make("span", "count");
  #more = make("button", "all");
  #lists = new Map();
  #cards = [];
  #isOpen = false;
  #onToggle;

  constructor(name, title, onToggle) {
    this.#name = name;
    this.#onToggle = onToggle;
    const heading = make("h2", "", title);
    heading.id = `group-${++numbered}`;
    this.root.dataset.group = name;
    this.root.setAttribute("aria-labelledby", heading.id);
    this.root.hidden = true;
    this.#more.type = "button";
    this.#more.onclick = () => this.#onToggle(() => (this.#isOpen = !this.#isOpen));
    this.#head.append(heading, this.#count, this.#more);
    this.root.append(this.#head, this.#list(""));
  }

  /** What of it stands where, from top to bottom. */
  get items() {
    if (this.root.hidden) return [];
    const parts = [...this.#lists.values()].filter((list) => list.cards.length).flatMap(partsOf);
    return [{ element: this.#head, opens: true }, ...parts.map((element) => ({ element, opens: false }))];
  }

  /** Show these cards, in this order; those with a key under a head of their own. @param {(card: any) => string} keyOf */
  show(cards, keyOf) {
    this.#cards = cards;
    this.root.hidden = !cards.length;
    this.#count.textContent = String(cards.length);
    const isLong = this.#name === "done" && cards.length > SHOWN_DONE;
    this.#more.hidden = !isLong;
    this.#more.textContent = this.#isOpen ? "Show fewer" : `Show all ${cards.length}`;
    this.#more.setAttribute("aria-expanded", String(this.#isOpen));
    cards.forEach((card, place) => (card.root.hidden = isLong && !this.#isOpen && place >= SHOWN_DONE));
    this.#spread(cards, keyOf);
    this.rollUp();
  }

  /** Draw the heads of what stands under one. */
  rollUp() {
    for (const { roll, cards } of this.#lists.values()) if (cards.length) roll?.draw(cards);
  }

  #spread(cards, keyOf) {
    const wanted = new Map();
    for (const card of cards) {
      const key = keyOf(card);
      wanted.set(key, [...(wanted.get(key) ?? []), card]);
    }
    for (const [key, mine] of wanted) {
      this.#list(key);
      const list = this.#lists.get(key);
      list.cards = mine;
      order(list.root, mine);
    }
    for (const [key, list] of this.#lists) {
      list.whole.hidden = !wanted.has(key);
      if (!wanted.has(key)) list.cards = [];
    }
  }

  #list(key) {
    const known = this.#lists.get(key);
    if (known) return known.whole;
    const root = make("ol", "cards");
    const roll = key ? new ROLLS[this.#name](key, root, () => this.#onToggle(() => {})) : null;
    const whole = roll?.whole ?? root;
    this.#lists.set(key, { root, whole, roll, cards: [] });
    if (key) this.root.append(whole);
    return whole;
  }
}

function partsOf({ roll, cards }) {
  const roots = cards.map((card) => card.root);
  return roll ? [roll.head, ...roots] : roots;
}

/** Make a list hold these cards in this order, moving as few as it takes. */
function order(list, cards) {
  let at = list.firstChild;
  for (const card of cards) {
    if (card.root === at) at = at.nextSibling;
    else putBefore(list, card.root, at);
  }
}
