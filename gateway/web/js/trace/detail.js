// All about one call, in tabs: summary, input, output, log, events, attempts.

import { html, nothing, render } from "../../vendor/lit-html-3.3.3/lit-html.js";
import { element } from "../dom.js";
import { tabSet } from "../elements/tab-set.js";
import { bytes, counted } from "../format.js";
import { LogTab } from "./log.js";
import { iconOf, nameOf, stateOf, toneOf, wordOf } from "./look.js";
import { attemptsOf, totalsOf } from "./spans.js";
import { exact, moment, spoken } from "./words.js";

const TABS = ["summary", "input", "output", "log", "events", "attempts"];
const MOST_CHARACTERS = 64 * 1024;

/** `<trace-detail>`; `show` draws a call, `choose` is called with the id of another one that someone wants to see. */
export class TraceDetail extends HTMLElement {
  choose = () => {};
  titleOf = (id) => id;
  log = new LogTab();
  #head = element("header", { class: "td-head" });
  #panes = new Map(TABS.map((name) => [name, element("section", { class: "td-pane", tabIndex: 0 })]));
  #drawn = null;

  connectedCallback() {
    this.#panes.get("log").append(this.log.root);
    const tabs = tabSet("About this call", TABS.map((name) => [name, spoken(name), this.#panes.get(name)]));
    tabs.list.addEventListener("choose", () => this.#draw());
    this.append(this.#head, tabs.list, ...this.#panes.values());
  }

  /**
   * @param {import("../client/store.js").CallState} call
   * @param {{moves: object[], arguments: object} | undefined} told
   * @param {import("./spans.js").Span[]} spans
   */
  show(call, told, spans) {
    if (this.#drawn?.call.id !== call.id) for (const pane of this.#panes.values()) pane.scrollTop = 0;
    this.#drawn = { call, told, spans };
    this.#draw();
  }

  /** Times that go on are written anew. */
  tick() {
    if (this.#drawn?.spans.some((span) => span.end === null)) this.#draw();
  }

  #draw() {
    if (!this.#drawn) return;
    const { call, told, spans } = this.#drawn;
    render(headOf(call), this.#head);
    const name = TABS.find((one) => this.#panes.get(one).hasAttribute("data-chosen"));
    const pane = this.#panes.get(name);
    if (name === "log") this.log.show(call);
    if (name === "summary") render(this.#summary(call, spans), pane);
    if (name === "input") render(inputOf(call, told), pane);
    if (name === "output") render(outputOf(call), pane);
    if (name === "events") render(eventsOf(call, told), pane);
    if (name === "attempts") render(attemptsIn(spans), pane);
  }

  #summary(call, spans) {
    const totals = totalsOf(spans, Date.now());
    return html`${call.error ? failure(call.error) : nothing}
      <dl class="td-figures">
        ${figure("Waited", totals.waited)}${figure("Ran", totals.ran)}${figure("Paused", totals.paused)}
      </dl>
      <dl class="td-facts">
        ${fact("Tool", html`<code>${call.name}</code>`)} ${fact("Call", html`<code>${call.id}</code>`)}
        ${call.target ? fact("Target", html`<code>${call.target}</code>`) : nothing}
        ${call.waiting_for.length ? fact("Waits for", call.waiting_for.map((id) => this.#link(id))) : nothing}
        ${call.stage ? fact("Stage", spoken(call.stage)) : nothing}
        ${fact("Progress", `${Math.floor(call.progress)} %`)} ${fact("Attempt", String(call.attempt))}
        ${call.next_attempt_at ? fact("Next attempt", moment(call.next_attempt_at)) : nothing}
        ${call.detail.note ? fact("Note", call.detail.note) : nothing} ${fact("Variant", call.variant)}
        ${fact("Submitted", moment(call.submitted_at))} ${call.started_at ? fact("Started", moment(call.started_at)) : nothing}
        ${call.finished_at ? fact("Ended", moment(call.finished_at)) : nothing}
        ${call.traceparent ? fact("Trace context", html`<code>${call.traceparent}</code>`) : nothing}
      </dl>`;
  }

  #link(id) {
    return html`<button class="td-link" type="button" @click=${() => this.choose(id)}>${this.titleOf(id)}</button>`;
  }
}

function headOf(call) {
  const state = stateOf(call);
  const way = iconOf(state);
  return html`<span class="pill" data-tone=${toneOf(state)}
      ><svg viewBox="0 0 16 16" aria-hidden="true"><path d=${way} /></svg>${wordOf(state)}</span
    >
    <h2 title=${call.title}>${call.title}</h2>`;
}

function failure(error) {
  return html`<div class="problem td-problem"><strong>${error.title}</strong><p>${error.detail}</p><code>${error.type}</code></div>`;
}

function figure(name, ms) {
  return html`<div><dt>${name}</dt><dd>${ms ? exact(ms) : "–"}</dd></div>`;
}

function fact(name, value) {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function empty(title, words) {
  return html`<p class="empty"><strong>${title}</strong>${words}</p>`;
}

function inputOf(call, told) {
  if (!told) return empty("Reading…", "");
  const { text, whole, bytes: size } = told.arguments;
  const all = `/v1/apps/${call.app_id}/messages/${call.message_id}/tool-calls/${encodeURIComponent(call.id)}/arguments`;
  const more = whole
    ? nothing
    : html`<p class="td-cut">The first 64 KB of ${bytes(size)}. <a href=${all} target="_blank" rel="noopener">Open full</a></p>`;
  return html`${more}${whole ? fields(JSON.parse(text)) : block("Input", text)}`;
}

function outputOf(call) {
  if (call.result) return fields(call.result);
  if (call.error) return failure(call.error);
  return empty("No output yet", "What the tool gives back appears here when it is done.");
}

/** Each field under its name: text as it is, everything else as JSON. */
function fields(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return block("Value", shown(value));
  const entries = Object.entries(value);
  if (!entries.length) return empty("Nothing", "This is an empty object.");
  const isShort = (text) => text.length <= 60 && !text.includes("\n");
  return entries.map(([name, one]) => {
    const text = shown(one);
    return html`<h3 class="td-name">${name}</h3>${isShort(text) ? html`<code class="td-value">${text || " "}</code>` : block(name, text)}`;
  });
}

function shown(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function block(name, text) {
  const cut = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}\n…` : text;
  return html`<pre tabindex="0" role="region" aria-label=${name}>${cut}</pre>`;
}

function eventsOf(call, told) {
  if (!told) return empty("Reading…", "");
  const begun = Date.parse(call.submitted_at);
  const row = (move) => html`<li>
    <details>
      <summary>
        <span class="td-seq">${move.version}</span><b>${move.move}</b><span class="td-to">${move.status}${move.stage ? ` · ${move.stage}` : ""}</span
        ><span class="td-at">+${exact(Date.parse(move.at) - begun)}</span>
      </summary>
      ${block(`Event ${move.version}`, JSON.stringify(move, null, 2))}
    </details>
  </li>`;
  return html`<p class="td-note">${counted(told.moves.length, "event")}, each a version of the call. Progress between them is not kept.</p>
    <ol class="td-events">
      ${told.moves.map(row)}
    </ol>`;
}

function attemptsIn(spans) {
  const now = Date.now();
  return attemptsOf(spans).map(([attempt, own]) => {
    const total = (own.at(-1).end ?? now) - own[0].start;
    return html`<h3 class="td-attempt">Attempt ${attempt}<span>${exact(total)}</span></h3>
      <ol class="td-spans">
        ${own.map(
          (span) => html`<li data-kind=${span.kind} data-tint=${(span.tint ?? 0) % 3} data-outcome=${span.outcome ?? nothing}>
            <i class="wf-span" data-kind=${span.kind} data-tint=${(span.tint ?? 0) % 3} data-outcome=${span.outcome ?? nothing}></i>
            <span>${nameOf(span)}${span.outcome && span.outcome !== "done" ? html` <em>${span.outcome}</em>` : nothing}</span>
            <span class="td-at">+${exact(span.start - own[0].start)}</span>
            <span class="td-took">${exact((span.end ?? now) - span.start)}</span>
          </li>`,
        )}
      </ol>`;
  });
}

customElements.define("trace-detail", TraceDetail);
