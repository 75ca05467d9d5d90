// The head of the trace: whose it is, how it stands, and what one can do.

import { applies, duration } from "../../toolreel.js";
import { confirm } from "../dialogs.js";
import { element, icon } from "../dom.js";
import { counted } from "../format.js";
import { standing } from "../rows.js";
import { moment } from "./words.js";

const FINAL = ["succeeded", "failed", "cancelled"];
const CANCEL_ICON = "M4.5 4.5l7 7M11.5 4.5l-7 7";
const LINK_ICON = "M6.8 9.2a2.5 2.5 0 0 0 3.6 0l2-2a2.5 2.5 0 0 0-3.6-3.6l-.9.9M9.2 6.8a2.5 2.5 0 0 0-3.6 0l-2 2a2.5 2.5 0 0 0 3.6 3.6l.9-.9";
const COPIED_MS = 2000;
const MOST_TITLE = 80;

/** `<trace-head>`; `cancel` is called when someone wants to cancel all, and means it. */
export class TraceHead extends HTMLElement {
  cancel = async () => {};
  mayControl = true;
  #title = element("h1");
  #pill = element("span", { class: "pill" });
  #facts = element("span");
  #problem = element("p", { class: "problem", role: "alert", hidden: true });
  #said = element("span", { class: "hush", role: "status" });
  #cancel = element("button", { class: "button", type: "button", hidden: true }, icon(CANCEL_ICON), "Cancel");
  #copy = element("button", { class: "button", type: "button" }, icon(LINK_ICON), element("span", {}, "Copy link"));
  #calls = [];

  /** @param {string} app @param {string} id */
  open(app, id) {
    const here = location.pathname.replace(/\/trace$/, "");
    const crumbs = element("nav", { class: "crumbs", "aria-label": "Where this is" });
    crumbs.append(element("a", { href: `/history?app=${encodeURIComponent(app)}` }, app), " / ", element("a", { href: here }, id), " / Trace");
    const stream = element("a", { class: "button", href: here }, "Tool stream");
    const actions = element("div", { class: "head-actions" }, stream, this.#copy, this.#cancel);
    this.#cancel.onclick = () => this.#ask();
    this.#copy.onclick = () => this.#share();
    this.#title.textContent = id;
    this.append(crumbs, element("div", { class: "head-line" }, this.#title, actions));
    this.append(element("p", { class: "summary" }, this.#pill, this.#facts), this.#problem, this.#said);
  }

  /** @param {import("../client/message.js").Message} message */
  show(message, id) {
    const calls = (this.#calls = message.calls);
    const text = message.store.flow.find((part) => part.type === "text")?.text.trim().split("\n")[0];
    const title = text || (calls.length === 1 ? calls[0].title : id);
    const shown = title.length > MOST_TITLE ? `${title.slice(0, MOST_TITLE).trimEnd()}…` : title;
    if (this.#title.textContent !== shown) this.#title.textContent = shown;
    document.title = `${shown} · Trace · Toolreel`;
    this.#stand(calls);
    this.#cancel.hidden = !this.mayControl || !calls.some((call) => applies("cancel", call));
  }

  #stand(calls) {
    const counts = countsOf(calls);
    const isOver = calls.every((call) => FINAL.includes(call.status));
    const [tone, word] = standing({ status: isOver ? "idle" : "running", counts });
    this.#pill.dataset.tone = tone;
    this.#pill.replaceChildren(element("span", { class: "dot" }), word);
    this.#facts.textContent = calls.length ? factsOf(calls, isOver) : "No tool calls yet";
  }

  async #ask() {
    const count = this.#calls.filter((call) => applies("cancel", call)).length;
    const words = "What has not finished changes nothing. Finished calls keep what they wrote.";
    if (!(await confirm(`Cancel ${counted(count, "call")}?`, words, "Cancel all"))) return;
    this.#problem.hidden = true;
    try {
      await this.cancel();
    } catch (error) {
      this.#problem.textContent = `Could not cancel: ${error.message}. Try again.`;
      this.#problem.hidden = false;
    }
  }

  async #share() {
    const done = await copied(location.href);
    const label = this.#copy.querySelector("span");
    label.textContent = done ? "Copied" : "Not copied";
    this.#said.textContent = done ? "The link was copied." : "The browser does not let pages copy. The link is in the address bar.";
    setTimeout(() => {
      label.textContent = "Copy link";
      this.#said.textContent = "";
    }, COPIED_MS);
  }
}

function countsOf(calls) {
  const count = (status) => calls.filter((call) => call.status === status).length;
  const names = ["queued", "running", "pausing", "paused", "cancelling", ...FINAL];
  return { total: calls.length, ...Object.fromEntries(names.map((name) => [name, count(name)])) };
}

function factsOf(calls, isOver) {
  const begun = Math.min(...calls.map((call) => Date.parse(call.submitted_at)));
  const end = isOver ? Math.max(...calls.map((call) => Date.parse(call.finished_at))) : Date.now();
  const done = calls.filter((call) => call.status === "succeeded").length;
  return `${done} of ${counted(calls.length, "call")} done · ${duration(end - begun)} · ${moment(begun)}`;
}

/** Whether a text could be put into the clipboard; on plain http browsers have only the old way. */
async function copied(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const field = element("textarea", { value: text, class: "hush", "aria-hidden": "true" });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

customElements.define("trace-head", TraceHead);
