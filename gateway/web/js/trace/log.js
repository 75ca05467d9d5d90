// What a call logged: what the gateway still holds, and what comes while the page is open.

import { get } from "../api.js";
import { element } from "../dom.js";

const MOST_LINES = 1000;
const NEAR_PX = 24;

export class LogTab {
  root = element("div", { class: "td-log" });
  #lines = element("div", { class: "log", role: "log", "aria-live": "off", "aria-label": "Output", tabIndex: 0, hidden: true });
  #said = element("p", { class: "empty" });
  #call = null;
  #stage = "";
  #waiting = [];
  #reading = false;

  constructor() {
    this.root.append(this.#said, this.#lines);
  }

  /** Show a call's lines. */
  show(call) {
    if (call.id === this.#call?.id) return;
    this.#call = call;
    this.#lines.replaceChildren();
    this.#lines.hidden = true;
    this.#stage = "";
    this.#say("Reading…");
    this.#read(call);
  }

  /** Take a log event; those of other calls are read when they are shown. */
  add({ tool_call_id: id, attempt, stage, lines }) {
    if (id !== this.#call?.id) return;
    const made = lines.map((text) => ({ attempt, stage, text }));
    if (this.#reading) this.#waiting.push(...made);
    else this.#append(made);
  }

  async #read(call) {
    this.#reading = true;
    this.#waiting = [];
    const path = `/v1/apps/${call.app_id}/messages/${call.message_id}/tool-calls/${encodeURIComponent(call.id)}/log`;
    try {
      const { lines, whole } = await get(path);
      if (call.id !== this.#call?.id) return;
      this.#append(whole ? lines : [{ ...lines[0], text: "… earlier lines are left out" }, ...lines]);
      this.#append(this.#unread(lines));
    } catch (error) {
      if (call.id === this.#call?.id) this.#say(`The log cannot be read: ${error.message}`);
    } finally {
      if (call.id === this.#call?.id) this.#reading = false;
    }
  }

  /** What came while the log was read, and is not in what was read. */
  #unread(lines) {
    const waiting = this.#waiting.splice(0);
    const last = lines.slice(-waiting.length).map((line) => line.text);
    let known = Math.min(waiting.length, last.length);
    while (known && waiting.slice(0, known).some((line, place) => line.text !== last[last.length - known + place])) known--;
    return waiting.slice(known);
  }

  #append(lines) {
    if (!lines.length && !this.#lines.childElementCount) return this.#say("This call has logged nothing.");
    this.#said.hidden = true;
    this.#lines.hidden = false;
    const follows = this.#lines.scrollHeight - this.#lines.scrollTop - this.#lines.clientHeight < NEAR_PX;
    for (const line of lines.slice(-MOST_LINES)) {
      const stage = `${line.stage ?? "between stages"}${line.attempt > 1 ? ` · attempt ${line.attempt}` : ""}`;
      if (stage !== this.#stage) this.#lines.append(element("p", { class: "log-head" }, (this.#stage = stage)));
      this.#lines.append(element("p", {}, line.text || " "));
    }
    while (this.#lines.childElementCount > MOST_LINES) this.#lines.firstChild.remove();
    if (follows) this.#lines.scrollTop = this.#lines.scrollHeight;
  }

  #say(words) {
    this.#said.textContent = words;
    this.#said.hidden = false;
  }
}
