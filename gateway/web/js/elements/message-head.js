// The head of a message: what it is about, how far it is, and the controls of all its calls.

import { element, icon } from "../dom.js";
import { counted, duration } from "../format.js";
import { applies } from "../../toolreel.js";

const FINAL = ["succeeded", "failed", "cancelled"];
const ICONS = {
  pause: "M5.5 4v8M10.5 4v8",
  resume: "M5.5 3.8v8.4L12.3 8z",
  cancel: "M4.5 4.5l7 7M11.5 4.5l-7 7",
};
const MOST_TITLE = 80;

/** `<message-head>`; `show` draws a message, `ask` is called with the control that someone wants for all. */
export class MessageHead extends HTMLElement {
  ask = async () => {};
  mayControl = true;
  #crumbs = element("p", { class: "crumbs" });
  #title = element("h1");
  #said = element("p", { class: "said" });
  #summary = element("p", { class: "summary" });
  #progress = element("div", { class: "whole" }, element("i"), element("i"), element("i"));
  #problem = element("p", { class: "problem", role: "alert", hidden: true });
  #buttons = new Map();

  connectedCallback() {
    const actions = element("div", { class: "head-actions" });
    for (const [name, words] of [
      ["pause", "Pause all"],
      ["resume", "Resume all"],
      ["cancel", "Cancel all"],
    ]) {
      const button = element(
        "button",
        { class: "button", type: "button", hidden: true, onclick: () => this.act(name) },
        icon(ICONS[name]),
        words,
      );
      this.#buttons.set(name, button);
      actions.append(button);
    }
    this.append(
      this.#crumbs,
      element("div", { class: "head-line" }, this.#title, actions),
      this.#said,
      this.#summary,
      this.#progress,
      this.#problem,
    );
  }

  /** @param {import("../client/message.js").Message} message */
  show(message, app, id) {
    const calls = message.calls;
    if (!this.#crumbs.firstChild)
      this.#crumbs.append(element("a", { href: `/history?app=${app}` }, app), " / ", element("span", {}, id));
    const texts = message.store.flow.filter((part) => part.type === "text").map((part) => part.text);
    this.#title.textContent = titleOf(texts, calls, id);
    this.#said.textContent = this.#said.title = saidOf(texts);
    this.#summary.textContent = summaryOf(calls);
    this.#draw(calls);
    for (const [name, button] of this.#buttons)
      button.hidden = !this.mayControl || !calls.some((call) => applies(name, call));
  }

  /** Carry a control out for all, and say so if it fails. */
  async act(name) {
    const button = this.#buttons.get(name);
    if (!this.mayControl || button.getAttribute("aria-disabled") === "true") return;
    this.#problem.hidden = true;
    button.setAttribute("aria-disabled", "true");
    try {
      await this.ask(name);
    } catch (error) {
      this.#problem.textContent = `Could not ${name} all: ${error.message}. Try again.`;
      this.#problem.hidden = false;
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  #draw(calls) {
    const share = (status) => calls.filter((call) => call.status === status).length / Math.max(1, calls.length);
    const [done, failed, cancelled] = this.#progress.children;
    for (const [part, grows] of [
      [done, share("succeeded")],
      [failed, share("failed")],
      [cancelled, share("cancelled")],
    ]) {
      part.style.flexGrow = String(grows);
      part.hidden = !grows;
    }
  }
}

/** The first sentence of the model's words; without words, the message's own name. */
export function titleOf(texts, calls, id) {
  const first = texts[0]?.trim().split(/(?<=[.:!?])\s|\n/)[0] ?? "";
  const title = first.replace(/[.:]$/, "");
  if (!title) return calls.length === 1 ? calls[0].title : id;
  return title.length > MOST_TITLE ? `${title.slice(0, MOST_TITLE).trimEnd()}…` : title;
}

/** What the model said last; when that is what the title has, the rest of it. */
function saidOf(texts) {
  if (texts.length > 1) return texts.at(-1);
  const rest =
    texts[0]
      ?.trim()
      .split(/(?<=[.:!?])\s|\n/)
      .slice(1)
      .join(" ") ?? "";
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function summaryOf(calls) {
  if (!calls.length) return "No tool calls yet";
  const count = (...statuses) => calls.filter((call) => statuses.includes(call.status)).length;
  const [running, paused, failed] = [count("running", "cancelling"), count("paused", "pausing"), count("failed")];
  const parts = [`${count("succeeded")} of ${counted(calls.length, "call")} done`];
  if (running) parts.push(`${running} running`);
  if (paused) parts.push(pausedWords(calls, paused));
  if (count("queued")) parts.push(`${count("queued")} up next`);
  if (failed) parts.push(`${failed} ${failed === 1 ? "needs" : "need"} you`);
  if (count("cancelled")) parts.push(`${count("cancelled")} cancelled`);
  parts.push(...timesOf(calls));
  return parts.join(" · ");
}

function pausedWords(calls, paused) {
  const confirmed = calls.filter((call) => call.status === "paused").length;
  return confirmed < paused ? `${confirmed} of ${paused} paused` : `${paused} paused`;
}

function timesOf(calls) {
  const begun = Math.min(...calls.map((call) => Date.parse(call.submitted_at)));
  const isOver = calls.every((call) => FINAL.includes(call.status));
  const end = isOver ? Math.max(...calls.map((call) => Date.parse(call.finished_at))) : Date.now();
  const left = isOver ? null : leftMs(calls, end - begun);
  return [duration(end - begun), ...(left === null ? [] : [`about ${duration(left)} left`])];
}

const ESTIMATE_AFTER_MS = 5000;
const ENOUGH = 0.1;

/** How long it may still take, by how fast it went so far; null while that says too little. */
function leftMs(calls, elapsed) {
  const share =
    calls.reduce((sum, call) => sum + (FINAL.includes(call.status) ? 100 : call.progress), 0) / (100 * calls.length);
  const moves = calls.some((call) => call.status === "running");
  if (!moves || elapsed < ESTIMATE_AFTER_MS || share < ENOUGH) return null;
  return Math.max(1000, (elapsed / share) * (1 - share));
}

customElements.define("message-head", MessageHead);
