// What a card shows when it is opened: what came of the call, and the facts about it.

import { make } from "./glyphs.js";
import { duration, ranMs } from "./words.js";

const MOST_CHARACTERS = 64 * 1024;

/**
 * @param {import("./store.js").CallState} call
 * @param {string | null} trace where its trace is
 */
export function detailsOf(call, trace) {
  const parts = [];
  if (call.error) parts.push(...section("Why it failed", call.error.detail));
  if (call.result) parts.push(...section("Result", resultText(call.result)));
  parts.push(facts(call), links(call, trace));
  return parts;
}

function resultText(result) {
  return typeof result.text === "string" ? result.text : JSON.stringify(result, null, 2);
}

function section(title, text) {
  const shown = make("pre", "", text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}\n…` : text);
  shown.tabIndex = 0;
  shown.setAttribute("role", "region");
  shown.setAttribute("aria-label", title);
  return [make("h3", "", title), shown];
}

function facts(call) {
  const ran = ranMs(call, Date.now());
  const waited =
    Date.parse(call.started_at ?? call.finished_at ?? new Date().toISOString()) - Date.parse(call.submitted_at);
  const found = [
    ["Tool", call.name],
    ["Call", call.id],
    ["Attempt", String(call.attempt)],
    ["Waited", duration(waited)],
    ["Ran", ran === null ? "not yet" : duration(ran)],
    ["Paused", duration(call.paused_ms)],
    ["Variant", call.variant],
    ...(call.error ? [["Code", call.error.type]] : []),
  ];
  const list = make("dl");
  for (const [name, value] of found) {
    const pair = make("div");
    pair.append(make("dt", "", name), make("dd", "", value));
    list.append(pair);
  }
  return list;
}

function links(call, trace) {
  const row = make("div", "links");
  if (trace) {
    const link = make("a", "", "Trace");
    link.href = `${trace}#${encodeURIComponent(call.id)}`;
    row.append(link);
  }
  const copy = make("button", "link", "Copy as JSON");
  copy.type = "button";
  copy.onclick = async () => {
    await navigator.clipboard.writeText(JSON.stringify(call, null, 2));
    copy.textContent = "Copied";
  };
  row.append(copy);
  return row;
}
