// A message as a row of a list.

import { html } from "../vendor/lit-html-3.3.3/lit-html.js";
import { ago, counted, duration } from "./format.js";

/** `[tone, word]` of a message: what its calls came to. */
export function standing({ status, counts }) {
  if (status === "running")
    return counts.paused + counts.pausing === counts.total - ended(counts) ? ["warn", "Paused"] : ["accent", "Running"];
  if (counts.failed) return ["bad", `${counts.failed} failed`];
  if (counts.cancelled) return ["", `${counts.cancelled} cancelled`];
  return counts.total ? ["good", "Done"] : ["", "Empty"];
}

/** The row, with all that is known of it in a line. */
export function messageRow(message) {
  const [tone, word] = standing(message);
  const href = `/apps/${message.app_id}/messages/${message.message_id}`;
  return html`<li>
    <a class="row" href=${href}>
      <span class="pill" data-tone=${tone}><span class="dot"></span>${word}</span>
      <b>${message.title ?? message.message_id}</b>
      <span class="row-end">
        <span class="row-app">${message.app_id}</span>
        <span class="row-count">${counted(message.counts.total, "call")}</span>
        <span class="row-took">${tookOf(message)}</span>
        <span class="row-ago">${ago(message.created_at)}</span>
      </span>
    </a>
  </li>`;
}

/** How long it has taken, or takes so far. */
export function tookOf({ started_at: start, finished_at: end }) {
  return start ? duration((end ? Date.parse(end) : Date.now()) - Date.parse(start)) : "";
}

function ended(counts) {
  return counts.succeeded + counts.failed + counts.cancelled;
}
