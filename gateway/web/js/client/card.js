// One call on the screen: made once, then only changed, never made again.

import { detailsOf } from "./details.js";
import { draw } from "./glyphs.js";
import { applies } from "./message.js";
import { endsOf, Pace } from "./pace.js";
import { entitle, skeleton } from "./skeleton.js";
import { buttonsOf, consequence, groupOf, stateOf, wordsOf } from "./view.js";
import { duration, ranMs } from "./words.js";

const BAR_AFTER_MS = 300; // a call that is quicker than this never shows a bar
const HOLD_MS = 600; // how long a success stays where it ran: the bar fills, then rests
const CALM_MS = 3000;

export class Card {
  state = "";
  group = "";
  #board;
  #call;
  #pace = new Pace();
  #parts = skeleton({ onControl: (name) => this.act(name), onOpen: () => this.disclose() });
  #stateAt = 0;
  #heardAt = 0;
  #ranAt = null;
  #doneAt = null;
  #lost = false;
  #complaint = "";

  /** @param {any} board what it stands on: knows other calls' titles and carries controls out */
  constructor(board, call, now) {
    this.#board = board;
    this.root.dataset.id = call.id;
    entitle(this.#parts.title, call);
    this.take(call, now, board.isFirst);
  }

  get root() {
    return this.#parts.root;
  }

  get call() {
    return this.#call;
  }

  /** Take a newer state of the call; `settled` draws it where it is, without motion. */
  take(call, now, settled) {
    const before = this.#call;
    if (before && call.attempt > before.attempt && call.status === "running" && before.status === "running")
      this.#lost = true;
    else if (before && (call.progress > before.progress || call.status !== "running")) this.#lost = false;
    if (call !== before) this.#heardAt = now;
    this.#call = call;
    const ends = endsOf(call.stages, this.#board.endsOf(call.name));
    this.#parts.bar.divide(ends);
    this.#pace.heed(call, ends, now);
    if (settled) this.#pace.settle();
    this.#enter(now, settled);
    this.#place(call);
    if (!this.#parts.more.hidden && call.status !== before?.status) this.#fill();
  }

  /** Where it belongs now. */
  groupAt(now) {
    const wanted = groupOf(this.#call, this.state);
    if (this.group === "running" && this.#doneAt !== null && now - this.#doneAt < HOLD_MS) return "running";
    const quick = wanted === "running" && this.state === "running" && now - this.#ranAt < BAR_AFTER_MS;
    return quick && this.group !== "running" ? "next" : wanted;
  }

  /** Whether it changes by time alone. */
  get isAlive() {
    return this.#doneAt !== null || !["succeeded", "failed", "cancelled"].includes(this.state);
  }

  /** Draw a frame; says whether another one is needed. */
  step(now, dt) {
    if (this.#doneAt !== null && now - this.#doneAt >= HOLD_MS) this.#doneAt = null;
    const moves = this.#pace.step(now, dt);
    this.#parts.bar.show(this.#pace.value);
    return moves || this.#doneAt !== null;
  }

  /** Write what changes by time: the words, the percentage, the clock. */
  write(now, nowMs) {
    const call = this.#call;
    const quietMs = now - this.#heardAt;
    const about = {
      call,
      state: this.state,
      sinceMs: now - this.#stateAt,
      quietMs,
      nowMs,
      titleOf: (id) => this.#board.titleOf(id),
    };
    const { word, note } = wordsOf(about);
    put(this.#parts.word, word);
    put(this.#parts.note, note);
    const isKnown = this.#pace.isKnown && this.state !== "succeeded" && Boolean(call.started_at);
    put(this.#parts.percent, isKnown ? `${Math.floor(this.#pace.value)} %` : "");
    put(this.#parts.time, this.#clock(now, nowMs));
    this.#parts.bar.say(this.#pace.value, isKnown, word.toLowerCase());
    this.root.toggleAttribute("data-calm", this.state === "running" && quietMs > CALM_MS && this.#board.isLive);
  }

  /** Ask for a control, as its button does. */
  act(name) {
    if (!applies(name, this.#call) || this.#board.message.pending.has(this.#call.id)) return;
    const focused = this.root.contains(this.#board.focused);
    this.#complaint = "";
    this.#board.control(this, name);
    if (focused && name === "cancel") this.#board.focusAfter(this);
  }

  /** Pause or resume, whichever applies. */
  toggle() {
    this.act(applies("resume", this.#call) ? "resume" : "pause");
  }

  disclose(open = this.#parts.more.hidden) {
    this.#parts.more.hidden = !open;
    this.#parts.open.setAttribute("aria-expanded", String(open));
    this.#board.remember(this.#call.id, open);
    if (open) this.#fill();
  }

  /** What was asked of it did not work. */
  complain(words) {
    this.#complaint = words;
    this.#explain();
  }

  get mayRetry() {
    return this.#board.mayControl && applies("retry", this.#call);
  }

  matches(text) {
    const { title, name, target, id } = this.#call;
    return [title, name, target ?? "", id].some((one) => one.toLowerCase().includes(text));
  }

  #enter(now, settled) {
    const state = stateOf(this.#call, this.#board.message.pending.get(this.#call.id), this.#lost);
    if (state === this.state) return;
    const before = this.state;
    this.state = state;
    this.#stateAt = now;
    if (state === "running" && this.#ranAt === null) this.#ranAt = settled ? -Infinity : now;
    if (state === "queued" || state === "starting") this.#ranAt = null;
    if (state === "succeeded" && !settled && this.group === "running") this.#doneAt = now;
    if (before) this.#board.entered(this, before);
    this.root.dataset.state = state;
    this.root.toggleAttribute("data-bare", (state === "failed" || state === "cancelled") && this.#call.progress === 0);
    draw(this.#parts.mark.firstChild, state);
    this.#explain();
    this.#offer();
    this.write(now, Date.now());
  }

  /** What needs more words: that a control failed, or why the call did. */
  #explain() {
    const why = this.state === "failed" ? `${firstSentence(this.#call.error.detail)} ${consequence(this.#call)}` : "";
    const words = this.#complaint || why;
    this.#parts.about.hidden = !words;
    this.#parts.about.dataset.tone = this.#complaint ? "bad" : "";
    put(this.#parts.about, words);
  }

  #offer() {
    const offered = this.#board.mayControl ? buttonsOf(this.#call, this.state) : [];
    const of = (...names) => offered.find((button) => names.includes(button.name));
    const focused = this.root.contains(this.#board.focused) && this.#board.focused !== this.root;
    this.#show(this.#parts.toggle, of("pause", "resume"));
    this.#show(this.#parts.cancel, of("cancel"));
    this.#show(this.#parts.retry, of("retry"));
    if (focused && this.#board.focused?.hidden !== false && this.#board.focused !== this.#parts.open)
      this.root.focus({ preventScroll: true });
  }

  #show(button, offered) {
    button.hidden = !offered;
    if (!offered) return;
    button.dataset.name = offered.name;
    button.title = offered.title;
    button.setAttribute("aria-label", `${offered.label} ${this.#call.title}`);
    button.toggleAttribute("data-strong", Boolean(offered.strong));
    if (offered.disabled) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    draw(button.firstChild, offered.name);
    button.lastChild.textContent = offered.label;
  }

  #clock(now, nowMs) {
    if (this.state === "paused") return duration(now - this.#stateAt);
    const ran = ranMs(this.#call, nowMs);
    if (ran === null) return "";
    const finishing = this.#call.finished_at ? 0 : this.#pausedNow(now);
    return duration(ran - finishing);
  }

  #pausedNow(now) {
    return this.#call.status === "paused" ? now - this.#stateAt : 0;
  }

  #place(call) {
    this.#parts.bar.light(["running", "pausing"].includes(call.status) ? call.stages.indexOf(call.stage) : -1);
  }

  #fill() {
    this.#parts.more.replaceChildren(...detailsOf(this.#call, this.#board.traceUrl));
  }
}

const written = new WeakMap();

/** Write text only where it changes something; to ask the element for it would cost more. */
export function put(element, text) {
  if (written.get(element) === text) return;
  written.set(element, text);
  element.textContent = text;
}

function firstSentence(text) {
  const found = /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
  const cut = spokenFrom(found.length > 240 ? `${found.slice(0, 240)}…` : found);
  return /[.!?…]$/.test(cut) ? cut : `${cut}.`;
}

function spokenFrom(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
