// What the tools' programs wrote: the last thousand lines, and the newest in sight unless someone reads further up.

import { element } from "../dom.js";

const MOST_LINES = 1000;
const NEAR_PX = 24;

/** `<log-pane>`; `add` takes the contract's log events. */
export class LogPane extends HTMLElement {
  titleOf = (id) => id;
  #lines = element("div", { class: "log", role: "log", "aria-live": "off", "aria-label": "Output", tabIndex: 0 });
  #empty = element(
    "p",
    { class: "empty" },
    element("strong", {}, "No output yet"),
    "Lines appear here as the tools write them.",
  );
  #last = "";
  #waiting = [];

  connectedCallback() {
    this.append(this.#empty, this.#lines);
    this.#lines.hidden = true;
  }

  add({ tool_call_id: id, lines }) {
    this.#waiting.push(...lines.map((line) => [id, line]));
    if (this.#waiting.length === lines.length) requestAnimationFrame(() => this.#draw());
  }

  /** All that came since the last frame, at once. */
  #draw() {
    const follows = this.#lines.scrollHeight - this.#lines.scrollTop - this.#lines.clientHeight < NEAR_PX;
    const made = [];
    for (const [id, line] of this.#waiting.splice(0).slice(-MOST_LINES)) {
      if (id !== this.#last) made.push(element("p", { class: "log-head" }, this.titleOf(id)));
      made.push(element("p", {}, line || " "));
      this.#last = id;
    }
    this.#empty.hidden = true;
    this.#lines.hidden = false;
    this.#lines.append(...made);
    while (this.#lines.childElementCount > MOST_LINES) this.#lines.firstChild.remove();
    if (follows) this.#lines.scrollTop = this.#lines.scrollHeight;
  }
}

customElements.define("log-pane", LogPane);
