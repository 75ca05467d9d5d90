// The table of messages. Every cell keeps its place while what it says changes.

import { html, nothing } from "../../vendor/lit-html-3.3.3/lit-html.js";
import { repeat } from "../../vendor/lit-html-3.3.3/directives/repeat.js";
import { ago, counted } from "../format.js";
import { standing, tookOf } from "../rows.js";
import { moment } from "../trace/words.js";
import { nameOf } from "./list.js";

const FINAL = ["succeeded", "failed", "cancelled"];
const TRACE_ICON = "M2.5 4h5M5 8h6M8.5 12h5";

/** @param {import("./list.js").List} list @param {boolean} ofAll whether the messages are of several apps */
export function table(list, ofAll) {
  return html`<table class="messages" role="table" data-all=${ofAll ? "yes" : nothing} aria-label="Messages, newest first">
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" class="m-status">Status</th>
        <th role="columnheader" class="m-title">Message</th>
        ${ofAll ? html`<th role="columnheader" class="m-app">App</th>` : nothing}
        <th role="columnheader" class="m-calls">Calls</th>
        <th role="columnheader" class="m-took">Duration</th>
        <th role="columnheader" class="m-when">Started</th>
        <th role="columnheader" class="m-variant">Variant</th>
        <th role="columnheader" class="m-trace"><span class="hush">Trace</span></th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${repeat(list.rows, nameOf, (message) => row(message, ofAll, list.added.has(nameOf(message))))}
    </tbody>
  </table>`;
}

function row(message, ofAll, isNew) {
  const { app_id: app, message_id: id, title } = message;
  const [tone, word] = standing(message);
  const href = `/apps/${app}/messages/${id}`;
  const began = message.started_at ?? message.created_at;
  return html`<tr role="row" ?data-new=${isNew}>
    <td role="cell" class="m-status"><span class="pill" data-tone=${tone}><span class="dot"></span>${word}</span></td>
    <td role="cell" class="m-title"><a href=${href}>${title ?? id}</a>${title ? html`<span class="m-id">${id}</span>` : nothing}</td>
    ${ofAll ? html`<td role="cell" class="m-app"><a href=${`/history?app=${app}`} title=${`Only ${app}`}>${app}</a></td>` : nothing}
    <td role="cell" class="m-calls">${calls(message)}</td>
    <td role="cell" class="m-took">${tookOf(message) || "–"}</td>
    <td role="cell" class="m-when"><time datetime=${began} title=${moment(began)}>${ago(began)}</time></td>
    <td role="cell" class="m-variant">${message.variant ?? "–"}</td>
    <td role="cell" class="m-trace">
      <a class="icon-button" href=${`${href}/trace`} title="Trace" aria-label=${`Trace of ${title ?? id}`}
        ><svg viewBox="0 0 16 16" aria-hidden="true"><path d=${TRACE_ICON} /></svg
      ></a>
    </td>
  </tr>`;
}

/** `7 of 12` and the same as a small bar; of a running one also how many failed, which otherwise its status says. */
function calls({ counts, status }) {
  if (!counts.total) return "–";
  const done = counts.succeeded;
  const words = done === counts.total ? counted(done, "call") : `${done} of ${counts.total}`;
  return html`<span class="m-count">${words}</span>${bar(counts)}${counts.failed && status === "running"
      ? html`<span class="m-failed">${counts.failed} failed</span>`
      : nothing}`;
}

/** Drawn in SVG, for its lengths are attributes, which the page's policy allows. */
function bar(counts) {
  let from = 0;
  const parts = FINAL.map((status) => {
    const share = (100 * counts[status]) / counts.total;
    const part = { status, from, share };
    from += share;
    return part;
  });
  return html`<svg class="m-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect class="m-rest" width="100" height="4" />
    <rect class="m-part" data-status=${parts[0].status} x=${parts[0].from} width=${parts[0].share} height="4" />
    <rect class="m-part" data-status=${parts[1].status} x=${parts[1].from} width=${parts[1].share} height="4" />
    <rect class="m-part" data-status=${parts[2].status} x=${parts[2].from} width=${parts[2].share} height="4" />
  </svg>`;
}
