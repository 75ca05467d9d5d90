// The four groups of a message's cards, and within the running ones, when they are many, a group for each tool.

import { StageBar } from "./bar.js";
import { putBefore } from "./place.js";
import { make } from "./glyphs.js";

export const GROUPS = [
  ["attention", "Needs you"],
  ["running", "Running"],
  ["next", "Up next"],
  ["done", "Done"],
];
const SHOWN_DONE = 5;

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

  /** Show these cards, in this order; `byTool` under a heading for each tool. */
  show(cards, byTool) {
    this.#cards = cards;
    this.root.hidden = !cards.length;
    this.#count.textContent = String(cards.length);
    const isLong = this.#name === "done" && cards.length > SHOWN_DONE;
    this.#more.hidden = !isLong;
    this.#more.textContent = this.#isOpen ? "Show fewer" : `Show all ${cards.length}`;
    this.#more.setAttribute("aria-expanded", String(this.#isOpen));
    cards.forEach((card, place) => (card.root.hidden = isLong && !this.#isOpen && place >= SHOWN_DONE));
    this.#spread(cards, byTool);
  }

  /** Draw the bars of its tools. */
  rollUp() {
    for (const list of this.#lists.values()) list.roll?.draw(list.cards);
  }

  #spread(cards, byTool) {
    const wanted = new Map();
    for (const card of cards) {
      const key = byTool ? card.call.name : "";
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
    const roll = key ? new RollUp(key, root, () => this.#onToggle(() => {})) : null;
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

/** The head of a tool's cards: how many, and one bar for all. */
class RollUp {
  whole = make("div", "roll");
  #count = make("span", "count");
  #percent = make("span", "percent");
  #bar;

  head = make("div", "roll-head");

  constructor(tool, list, onFold) {
    const button = make("button", "fold", tool);
    button.type = "button";
    button.id = `group-${++numbered}`;
    button.setAttribute("aria-expanded", "true");
    button.onclick = () => {
      list.hidden = !list.hidden;
      button.setAttribute("aria-expanded", String(!list.hidden));
      onFold();
    };
    this.#bar = new StageBar(button.id);
    this.#bar.divide([100]);
    this.head.append(button, this.#count, this.#bar.root, this.#percent);
    this.whole.append(this.head, list);
  }

  draw(cards) {
    if (!cards.length) return;
    const mean = cards.reduce((sum, card) => sum + card.call.progress, 0) / cards.length;
    this.#count.textContent = String(cards.length);
    this.#percent.textContent = `${Math.floor(mean)} %`;
    this.#bar.show(mean);
    this.#bar.say(mean, true, `${cards.length} running`);
  }
}

/** Make a list hold these cards in this order, moving as few as it takes. */
function order(list, cards) {
  let at = list.firstChild;
  for (const card of cards) {
    if (card.root === at) at = at.nextSibling;
    else putBefore(list, card.root, at);
  }
}
