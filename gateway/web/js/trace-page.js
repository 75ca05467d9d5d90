// The trace of a message: when each of its calls waited, ran and was paused, and all about one of them.

import { connect } from "../toolreel.js";
import { element } from "./dom.js";
import "./elements/connection.js";
import { clock } from "./format.js";
import { areKeysOn } from "./keyboard.js";
import { bar, main, open, signInAgain } from "./open.js";
import "./trace/detail.js";
import { divider } from "./trace/divider.js";
import "./trace/head.js";
import { legend } from "./trace/legend.js";
import { Timelines } from "./trace/timelines.js";
import "./trace/waterfall.js";

const FINAL = ["succeeded", "failed", "cancelled"];
const DRAW_MS = 200;
const TICK_MS = 1000;

const [, , app, , id] = location.pathname.split("/").map(decodeURIComponent);
const who = await open();
const message = connect({ app, message: id, wholeApp: who.message_id === null });
const timelines = new Timelines((call) => message.get(`/tool-calls/${encodeURIComponent(call)}`));
const head = element("trace-head", { mayControl: who.grants.includes("control"), cancel: () => message.cancel() });
const waterfall = element("trace-waterfall");
const detail = element("trace-detail");
const pill = element("connection-pill");
const nothing = element("p", { class: "empty panel", hidden: true }, element("strong", {}, "Nothing has been submitted yet"), "Tool calls appear here as they come.");
const panels = build();

let chosen = decodeURIComponent(location.hash.slice(1));
let timer = 0;
let asking = false;

main.append(head, nothing, panels);
head.open(app, id);
bar.end.append(pill);
wire();

function build() {
  const made = element("div", { class: "trace-panels", hidden: true });
  const calls = element("section", { class: "trace-calls", "aria-label": "Waterfall" }, waterfall, legend());
  made.append(calls, divider(made), element("section", { class: "trace-side", "aria-label": "Call" }, detail));
  return made;
}

function wire() {
  pill.reconnect = () => message.reconnect();
  detail.titleOf = (call) => message.store.calls.get(call)?.title ?? call;
  detail.choose = choose;
  waterfall.addEventListener("choose", (event) => choose(event.detail));
  addEventListener("hashchange", () => choose(decodeURIComponent(location.hash.slice(1))));
  message.addEventListener("log", (event) => detail.log.add(event.detail));
  message.addEventListener("change", soon);
  message.addEventListener("connection", connected);
  timelines.addEventListener("change", soon);
  document.addEventListener("keydown", heed);
  setInterval(() => {
    write();
    message.calls.forEach((call) => timelines.want(call));
    detail.tick();
  }, TICK_MS);
}

function soon() {
  timer ||= setTimeout(draw, timer === 0 && !message.known ? 0 : DRAW_MS);
}

function draw() {
  timer = 0;
  if (!message.known) return;
  const calls = message.calls;
  calls.forEach((call) => timelines.want(call));
  nothing.hidden = calls.length > 0;
  panels.hidden = !calls.length;
  write();
  if (!calls.length) return;
  waterfall.show(calls, timelines.known);
  if (!message.store.calls.has(chosen)) chosen = firstOf(calls).id;
  waterfall.mark(chosen);
  describe();
}

/** What failed is looked for first, else what runs. */
function firstOf(calls) {
  return calls.find((call) => call.status === "failed") ?? calls.find((call) => call.status === "running") ?? calls[0];
}

function choose(call) {
  if (!message.store.calls.has(call)) return;
  chosen = call;
  history.replaceState(history.state, "", `#${encodeURIComponent(call)}`);
  waterfall.mark(call);
  describe();
}

function describe() {
  const call = message.store.calls.get(chosen);
  detail.show(call, timelines.known.get(chosen), waterfall.spansOf(chosen));
}

function write() {
  const calls = message.calls;
  const isOver = calls.length > 0 && calls.every((call) => FINAL.includes(call.status));
  const ended = isOver ? `Ended ${clock(Math.max(...calls.map((call) => Date.parse(call.finished_at))))}` : "";
  pill.show(message.connection, { ended });
  if (message.known) head.show(message, id);
}

async function connected() {
  write();
  if (message.connection !== "denied" || asking) return;
  asking = true;
  await signInAgain();
  asking = false;
  message.reconnect();
}

function heed(event) {
  const step = { j: 1, k: -1 }[event.key];
  const isBusy = event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]");
  if (!step || isBusy || !areKeysOn()) return;
  event.preventDefault();
  waterfall.go(step);
}
