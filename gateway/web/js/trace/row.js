// One call of the waterfall: its name, its spans, how long it ran.

import { element, icon } from "../dom.js";
import { iconOf, nameOf, stateOf, toneOf, wordOf } from "./look.js";
import { totalsOf } from "./spans.js";
import { exact } from "./words.js";

export class Row {
  /** @type {import("./spans.js").Span[]} */
  spans = [];
  call;
  root = element("li");
  #button = element("button", { class: "wf-row", type: "button" });
  #sign = element("span", { class: "wf-sign" });
  #title = element("span", { class: "wf-title" });
  #tries = element("span", { class: "wf-tries", hidden: true });
  #word = element("span", { class: "hush" });
  #took = element("span", { class: "wf-took" });
  #lane = element("span", { class: "wf-lane", "aria-hidden": "true" });
  #line = element("i", { class: "wf-thread" });
  #bars = [];
  #state = "";

  constructor(call) {
    this.call = call;
    this.#button.dataset.id = call.id;
    const name = element("span", { class: "wf-name" }, this.#sign, this.#title, this.#tries, this.#word);
    this.#lane.append(this.#line);
    this.#button.append(name, this.#lane, this.#took);
    this.root.append(this.#button);
  }

  get isOpen() {
    return this.spans.some((span) => span.end === null);
  }

  /** Take what is known of the call now. */
  take(call, spans) {
    this.call = call;
    this.spans = spans;
    this.#title.textContent = call.title;
    this.#title.title = call.title;
    this.#tries.hidden = call.attempt === 1;
    this.#tries.textContent = `×${call.attempt}`;
    this.#tries.title = `${call.attempt} attempts`;
    this.#look(stateOf(call));
  }

  mark(chosen) {
    if (chosen) this.#button.setAttribute("aria-current", "true");
    else this.#button.removeAttribute("aria-current");
  }

  draw(scale, now) {
    this.#fit(this.spans.length);
    this.spans.forEach((span, place) => this.#bar(this.#bars[place], span, scale, now));
    const end = Math.max(...this.spans.map((span) => span.end ?? now));
    put(this.#line, scale, this.spans[0].start, end);
    const took = totalsOf(this.spans, now).ran;
    const words = took ? exact(took) : "";
    if (this.#took.textContent !== words) this.#took.textContent = words;
  }

  #look(state) {
    if (state === this.#state) return;
    this.#state = this.#button.dataset.state = state;
    this.#sign.replaceChildren(icon(iconOf(state)));
    this.#sign.dataset.tone = toneOf(state);
    this.#sign.title = wordOf(state);
    this.#word.textContent = wordOf(state);
  }

  #fit(count) {
    while (this.#bars.length < count) {
      const bar = element("i", { class: "wf-span" });
      this.#bars.push(bar);
      this.#lane.append(bar);
    }
    while (this.#bars.length > count) this.#bars.pop().remove();
  }

  #bar(bar, span, scale, now) {
    put(bar, scale, span.start, span.end ?? now);
    if (bar.span === span && span.end !== null) return;
    bar.span = span;
    bar.dataset.kind = span.kind;
    bar.dataset.tint = String((span.tint ?? 0) % 3);
    bar.dataset.outcome = span.outcome ?? "";
    const isFirst = this.spans.find((one) => one.attempt === span.attempt) === span;
    bar.dataset.attempt = this.call.attempt > 1 && isFirst ? String(span.attempt) : "";
    const attempt = this.call.attempt > 1 ? ` · attempt ${span.attempt}` : "";
    const outcome = span.outcome && span.outcome !== "done" ? ` · ${span.outcome}` : "";
    const title = `${nameOf(span)} · ${exact((span.end ?? now) - span.start)}${attempt}${outcome}`;
    if (bar.title !== title) bar.title = title;
  }
}

function put(bar, scale, start, end) {
  const from = scale.at(start);
  bar.style.left = `${100 * from}%`;
  bar.style.width = `${100 * (scale.at(end) - from)}%`;
}
