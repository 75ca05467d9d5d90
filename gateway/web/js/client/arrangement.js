// Which card stands in which group, how densely, and at which height.

import { Group, GROUPS } from "./groups.js";
import { Places } from "./place.js";
import { reasons } from "./rolls.js";

const DENSE_FROM = 7; // running cards, from which on they are one line each
const MANY_FROM = 21; // and from which on they stand by tool
const SLACK = 2; // so many fewer bring the looser form back

export class Arrangement {
  /** @type {"auto" | "comfortable" | "compact"} */
  density = "auto";
  #root;
  #groups = new Map();
  #places;
  #form = "comfortable";

  /** @param {HTMLElement} root @param {(change: () => void) => void} onChange carries out what someone unfolded */
  constructor(root, onChange) {
    this.#root = root;
    this.#places = new Places(root);
    for (const [name, title] of GROUPS) this.#groups.set(name, new Group(name, title, onChange));
    root.append(...[...this.#groups.values()].map((group) => group.root));
  }

  close() {
    this.#places.close();
  }

  /** Put every card where it belongs; `glides` says whether they go there or are there. */
  put(cards, now, glides) {
    this.#root.toggleAttribute("data-glides", glides);
    // Chromium forgets style changes that are still to be made when a node is moved by moveBefore.
    void this.#root.offsetHeight;
    const spread = new Map(GROUPS.map(([name]) => [name, []]));
    for (const card of cards) {
      card.group = card.groupAt(now);
      spread.get(card.group).push(card);
    }
    this.#choose(spread.get("running").length);
    for (const [name, mine] of spread) this.#fill(name, mine);
    this.#places.set(() => [...this.#groups.values()].flatMap((group) => group.items));
  }

  /** Some cards are shown, others hidden: close the gaps. */
  closeUp() {
    this.#places.again();
  }

  /** Write what the heads of many alike say. */
  rollUp() {
    for (const group of this.#groups.values()) group.rollUp();
  }

  #fill(name, cards) {
    cards.sort(name === "done" ? newestFirst : inOrder);
    this.#groups.get(name).show(cards, this.#keyOf(name, cards));
    const form = name === "attention" ? "comfortable" : name === "running" ? this.#form : "row";
    for (const card of cards) card.root.dataset.form = form;
  }

  #keyOf(name, cards) {
    if (name === "attention") return reasons(cards);
    const many = name === "running" && this.#root.hasAttribute("data-many");
    return (card) => (many ? card.call.name : "");
  }

  /** How densely running cards stand, by how many there are; a few fewer do not change it back at once. */
  #choose(running) {
    const reached = (most, is) => running >= most - (is ? SLACK : 0);
    const dense = reached(DENSE_FROM, this.#form === "compact");
    this.#form = this.density === "auto" ? (dense ? "compact" : "comfortable") : this.density;
    const many = this.density === "auto" && reached(MANY_FROM, this.#root.hasAttribute("data-many"));
    this.#root.toggleAttribute("data-many", many);
  }
}

function inOrder(one, other) {
  return one.call.index - other.call.index;
}

function newestFirst(one, other) {
  const ended = (card) => Date.parse(card.call.finished_at ?? card.call.submitted_at);
  return ended(other) - ended(one) || other.call.index - one.call.index;
}
