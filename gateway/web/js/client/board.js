// All cards of a message: which there are, where they stand, and when they are drawn.

import { Announcer } from "./announcer.js";
import { Arrangement } from "./arrangement.js";
import { Card } from "./card.js";
import { Frame } from "./frame.js";
import { make } from "./glyphs.js";
import { mayMove } from "./place.js";

const TEXT_MS = 250;
const QUICK_TEXT_MS = 100;
const SLOW_TEXT_MS = 500;
const QUICK_UP_TO = 8;
const GATHER_MS = 250;
const USUAL_GATHER_MS = 50;

export class Board {
  root = make("div", "board");
  message;
  traceUrl = null;
  mayControl = true;
  isFirst = true;
  #cards = new Map();
  #arrangement = new Arrangement(this.root, (change) => this.#rearrange(change));
  #announcer = new Announcer();
  #frame = new Frame(
    (now, dt) => this.#draw(now, dt),
    (strain) => this.#heedStrain(strain),
  );
  #changed = new Set();
  #all = true;
  #regroup = true;
  #held = false;
  #filter = "";
  #textAt = 0;
  #tick = 0;
  #current = null;
  #ends = new Map();
  #abort = new AbortController();

  constructor() {
    this.root.prepend(this.#announcer.root);
    this.root.addEventListener("focusin", (event) => (this.#current = this.#cardOf(event.target) ?? this.#current));
  }

  /** Show a message, as long as it is not closed. @param {import("./message.js").Message} message */
  show(message) {
    this.message = message;
    const signal = this.#abort.signal;
    message.addEventListener("change", ({ detail }) => this.#note(detail), { signal });
    message.addEventListener("connection", () => this.#connected(), { signal });
    document.addEventListener("visibilitychange", () => this.#frame.ask(), { signal });
    this.#note({ ids: [], all: true });
  }

  close() {
    this.#abort.abort();
    this.#arrangement.close();
    clearTimeout(this.#tick);
  }

  /** How long each stage of the tools is: `{name: [10, 80, 100]}`. */
  learn(ends) {
    this.#ends = new Map(Object.entries(ends));
    this.#note({ ids: [], all: true });
  }

  endsOf(tool) {
    return this.#ends.get(tool);
  }

  titleOf(id) {
    return this.message.store.calls.get(id)?.title ?? id;
  }

  get isLive() {
    return this.message.connection === "live";
  }

  get cards() {
    return [...this.#cards.values()];
  }

  /** The element in it that has the focus. */
  get focused() {
    return this.root.getRootNode().activeElement;
  }

  /** The card that keys are for. */
  get current() {
    return this.#current;
  }

  /** Hold the picture still, or let it go on; says how many changes wait. */
  hold(held) {
    this.#held = held;
    this.#frame.ask();
  }

  get isHeld() {
    return this.#held;
  }

  get waiting() {
    return this.#changed.size;
  }

  filter(text) {
    this.#filter = text.trim().toLowerCase();
    for (const card of this.#cards.values()) this.#sift(card);
    this.#arrangement.closeUp();
  }

  /** How densely running cards stand: by how many there are, or as someone wants. */
  get density() {
    return this.#arrangement.density;
  }

  set density(density) {
    this.#arrangement.density = density;
    if (!this.isFirst) this.#rearrange();
  }

  /** Go to the next card (1) or the one before (-1). */
  go(step) {
    const shown = this.#shown();
    if (!shown.length) return;
    const at = shown.indexOf(this.#current);
    const next = shown[at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + step))];
    next.root.focus();
  }

  focusAfter(card) {
    const shown = this.#shown();
    const next = shown[shown.indexOf(card) + 1] ?? shown[shown.indexOf(card) - 1] ?? card;
    next.root.focus({ preventScroll: true });
  }

  /** Carry a control out and say so if it fails. */
  async control(card, name) {
    try {
      await this.message[name](card.call.id);
    } catch (error) {
      const words = `Could not ${name} ${card.call.title}: ${error.message}. Try again.`;
      card.complain(words);
      this.#announcer.say(words);
    }
  }

  /** Mark what has ended since a moment, until it is seen; says how many. */
  markSince(ms) {
    const found = this.cards.filter((card) => Date.parse(card.call.finished_at) > ms);
    for (const card of this.cards) card.root.toggleAttribute("data-unseen", found.includes(card));
    return found.length;
  }

  /** A card came to another state. */
  entered(card, before) {
    const resumed = card.state === "running" && before !== "queued" && before !== "waiting";
    if (!this.isFirst && !resumed) this.#announcer.tell(card.state, card.call.title);
    this.#regroup = true;
  }

  remember(id, open) {
    this.#opened[open ? "add" : "delete"](id);
    sessionStorage.setItem(this.#key, JSON.stringify([...this.#opened].slice(-100)));
  }

  get #key() {
    return `toolreel-open ${location.pathname}`;
  }

  #opened = new Set();

  #note({ ids, all }) {
    for (const id of ids) this.#changed.add(id);
    this.#all ||= all;
    this.#frame.ask();
  }

  #connected() {
    this.root.toggleAttribute(
      "data-away",
      this.message.connection === "reconnecting" || this.message.connection === "denied",
    );
    this.#frame.ask();
  }

  #draw(now, dt) {
    if (!this.message?.known) return false;
    if (!this.#held) this.#take(now);
    if (this.#regroup || this.#settling(now)) this.#rearrange(undefined, now);
    let moves = false;
    const still = this.#held || this.root.hasAttribute("data-away");
    if (!still) for (const card of this.#cards.values()) if (card.isAlive) moves = card.step(now, dt) || moves;
    if (!this.#held) this.#write(now);
    this.isFirst = false;
    if (!moves) this.#tickOn();
    return moves;
  }

  #take(now) {
    const calls = this.message.store.calls;
    const settled = this.isFirst || !mayMove();
    if (this.isFirst) this.#opened = new Set(JSON.parse(sessionStorage.getItem(this.#key) ?? "[]"));
    const ids = this.#all ? calls.keys() : this.#changed;
    for (const id of ids) {
      const call = calls.get(id);
      const card = this.#cards.get(id);
      if (card) card.take(call, now, settled);
      else if (call) this.#add(call, now);
    }
    this.#changed.clear();
    this.#all = false;
  }

  #add(call, now) {
    const card = new Card(this, call, now);
    this.#cards.set(call.id, card);
    card.step(now, 0);
    if (this.#opened.has(call.id)) card.disclose(true);
    this.#sift(card);
    this.#regroup = true;
  }

  #settling(now) {
    return [...this.#cards.values()].some((card) => card.group !== card.groupAt(now));
  }

  #rearrange(change = () => {}, now = performance.now()) {
    this.#regroup = false;
    change();
    this.#arrangement.put(this.#cards.values(), now, !this.isFirst && !this.#frame.strain && mayMove());
  }

  #write(now) {
    const every = this.#frame.strain ? SLOW_TEXT_MS : this.#cards.size <= QUICK_UP_TO ? QUICK_TEXT_MS : TEXT_MS;
    if (now - this.#textAt < every) return;
    this.#textAt = now;
    const nowMs = Date.now();
    const alive = [...this.#cards.values()].filter((card) => card.isAlive);
    alive.forEach((card) => card.write(now, nowMs));
    if (alive.length === 1) this.#tellQuarter(alive[0]);
    this.#arrangement.rollUp();
  }

  /** A single call's way is told too: a quarter, a half, three quarters. */
  #tellQuarter(card) {
    const quarter = Math.floor(card.call.progress / 25) * 25;
    const told = `${card.call.id} ${card.call.attempt} ${quarter}`;
    if (told === this.#quarter || card.state !== "running") return;
    this.#quarter = told;
    if (quarter > 0 && quarter < 100) this.#announcer.say(`${card.call.title}: ${quarter} %.`);
  }

  #quarter = "";

  /** Clocks go on where nothing moves. */
  #tickOn() {
    if (this.#tick || ![...this.#cards.values()].some((card) => card.isAlive)) return;
    this.#tick = setTimeout(() => {
      this.#tick = 0;
      this.#frame.ask();
    }, TEXT_MS);
  }

  #heedStrain(strain) {
    this.message?.gather(strain > 1 ? GATHER_MS : USUAL_GATHER_MS);
  }

  #sift(card) {
    card.root.toggleAttribute("data-sifted", Boolean(this.#filter) && !card.matches(this.#filter));
  }

  #shown() {
    const roots = [...this.root.querySelectorAll(".card:not([hidden]):not([data-sifted])")];
    return roots.map((root) => this.#cards.get(root.dataset.id));
  }

  #cardOf(element) {
    return this.#cards.get(element.closest?.(".card")?.dataset.id);
  }
}
