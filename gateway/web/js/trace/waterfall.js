// The waterfall: a row for each call, its spans on one scale of time, and a line where now is.

import { element } from "../dom.js";
import { Row } from "./row.js";
import { scaleOf } from "./scale.js";
import { spansOf } from "./spans.js";
import { mark, roughly } from "./words.js";

const TICK_PX = 90;
const NEAR = 0.04;
const CALM_MS = 1000;

/** `<trace-waterfall>` tells with the event `choose` (detail: a call's id) that someone chose a call. */
export class Waterfall extends HTMLElement {
  #rows = new Map();
  #scale = null;
  #count = element("span", { class: "wf-count" });
  #axis = element("div", { class: "wf-ticks", "aria-hidden": "true" });
  #lines = element("div", { class: "wf-lines", "aria-hidden": "true" });
  #now = element("i", { class: "wf-now", hidden: true });
  #list = element("ol", { class: "wf-rows", "aria-label": "Calls" });
  #chosen = null;
  #frame = 0;
  #timer = 0;
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #width = new ResizeObserver(() => this.#draw());

  connectedCallback() {
    const head = element("div", { class: "wf-head" }, this.#count, this.#axis);
    this.append(head, element("div", { class: "wf-body" }, this.#lines, this.#list));
    this.#list.addEventListener("click", (event) => this.#pick(event.target.closest(".wf-row")?.dataset.id));
    this.#list.addEventListener("keydown", (event) => this.#step(event));
    this.#width.observe(this.#axis);
  }

  disconnectedCallback() {
    this.#width.disconnect();
    this.#rest();
  }

  /** Draw these calls; `known` has their timelines by id. */
  show(calls, known) {
    for (const call of calls) {
      const row = this.#rows.get(call.id) ?? this.#add(call);
      row.take(call, spansOf(call, known.get(call.id)));
    }
    this.#count.textContent = calls.length === 1 ? "1 call" : `${calls.length} calls`;
    this.#draw();
  }

  spansOf(id) {
    return this.#rows.get(id)?.spans ?? [];
  }

  /** Mark a call as the chosen one. */
  mark(id) {
    this.#rows.get(this.#chosen)?.mark(false);
    this.#chosen = id;
    this.#rows.get(id)?.mark(true);
  }

  /** Choose the next call (1), or the one before (-1). */
  go(step) {
    const shown = [...this.#list.querySelectorAll(".wf-row")];
    const at = shown.findIndex((one) => one.dataset.id === this.#chosen);
    const next = shown[Math.min(shown.length - 1, Math.max(0, at + step))];
    next?.focus();
    this.#pick(next?.dataset.id);
  }

  #add(call) {
    const row = new Row(call);
    this.#rows.set(call.id, row);
    const after = [...this.#rows.values()].find((one) => one.call.index > call.index && one.root.isConnected);
    this.#list.insertBefore(row.root, after?.root ?? null);
    if (call.id === this.#chosen) row.mark(true);
    return row;
  }

  #pick(id) {
    if (id) this.dispatchEvent(new CustomEvent("choose", { detail: id }));
  }

  #step(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.go(step);
  }

  #draw() {
    const rows = [...this.#rows.values()];
    if (!rows.length) return;
    const now = Date.now();
    this.#scale = scaleOf(rows.map((row) => row.spans), now, this.#scale?.reach);
    this.#ground();
    rows.forEach((row) => row.draw(this.#scale, now));
    this.#point(now);
    this.#goOn();
  }

  /** The lines of the axis and the marks of what was pressed together. */
  #ground() {
    const scale = this.#scale;
    const ticks = scale.ticks(Math.max(2, Math.floor(this.#axis.clientWidth / TICK_PX)));
    const gaps = scale.gaps.map(({ from, to }) => [from, to]);
    // The mark of a gap is wider than the gap.
    const shown = ticks.filter(({ at }) => !gaps.some(([from, to]) => at && at > scale.at(from) - NEAR && at < scale.at(to) + NEAR));
    this.#axis.replaceChildren(
      ...shown.map(({ ms, at, isAfterGap }) => placed("span", "", `${isAfterGap ? "+" : ""}${mark(ms)}`, at, at > 0.94)),
      ...gaps.map(([from, to]) => placed("span", "wf-gap-word", roughly(to - from), (scale.at(from) + scale.at(to)) / 2)),
    );
    this.#lines.replaceChildren(
      ...shown.map(({ at }) => placed("i", "wf-line", "", at)),
      ...gaps.map(([from, to]) => band(scale.at(from), scale.at(to), `Nothing ran for ${roughly(to - from)}`)),
      this.#now,
    );
  }

  #point(now) {
    const live = [...this.#rows.values()].some((row) => row.isOpen);
    this.#now.hidden = !live;
    if (live) this.#now.style.left = `${100 * this.#scale.at(now)}%`;
  }

  /** A live picture goes on: what lasts grows, and when now comes to the edge, all is drawn anew. */
  #goOn() {
    this.#rest();
    if (![...this.#rows.values()].some((row) => row.isOpen)) return;
    if (this.#calm.matches) this.#timer = setTimeout(() => this.#grow(), CALM_MS);
    else this.#frame = requestAnimationFrame(() => this.#grow());
  }

  #rest() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }

  #grow() {
    const now = Date.now();
    const isPressed = this.#scale.gaps.at(-1)?.to === this.#scale.end;
    if (isPressed || this.#scale.at(now) > 1) return isPressed && this.#calmEnough(now) ? this.#goOn() : this.#draw();
    for (const row of this.#rows.values()) if (row.isOpen) row.draw(this.#scale, now);
    this.#point(now);
    this.#goOn();
  }

  #pressedAt = 0;

  /** While nothing runs, a picture each second is enough. */
  #calmEnough(now) {
    if (now - this.#pressedAt < CALM_MS) return true;
    this.#pressedAt = now;
    return false;
  }
}

function placed(name, className, text, at, isEnd = false) {
  const made = element(name, { class: className }, text);
  made.style.left = `${100 * at}%`;
  made.toggleAttribute("data-end", isEnd);
  return made;
}

function band(from, to, title) {
  const made = element("i", { class: "wf-gap", title });
  made.style.left = `${100 * from}%`;
  made.style.width = `${100 * (to - from)}%`;
  return made;
}

customElements.define("trace-waterfall", Waterfall);
