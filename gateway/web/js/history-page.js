// The history: every message with how it went, kept up to date in place.

import { follow } from "../toolreel.js";
import { html, nothing, render } from "../vendor/lit-html-3.3.3/lit-html.js";
import { get } from "./api.js";
import { element } from "./dom.js";
import "./elements/connection.js";
import { asked, Filters } from "./history/filters.js";
import { List } from "./history/list.js";
import { table } from "./history/table.js";
import { areKeysOn } from "./keyboard.js";
import { bar, main, open, signInAgain } from "./open.js";

const POLL_MS = 2000;
const GATHER_MS = 150;
const BETWEEN_MS = 1000;
const TICK_MS = 1000;

const who = await open();
const filters = new Filters(who.app_id);
const pill = element("connection-pill");
const content = element("section", { class: "history", "aria-label": "Messages" });
const fresh = element("span", { role: "status" });

let list = null;
let feed = null;
let timer = 0;
let readAt = 0;
let isAsking = false;
const versions = new Map();

filters.end.append(fresh);
main.append(element("h1", {}, "History"), filters.root, content);
bar.end.append(pill);
pill.reconnect = () => feed?.reconnect();
filters.addEventListener("change", begin);
document.addEventListener("keydown", heed);
document.addEventListener("visibilitychange", () => isLooked() && soon());
setInterval(() => list.rows?.some((one) => one.status === "running") && draw(), TICK_MS);
setInterval(() => !feed && isLooked() && list.refresh(), POLL_MS);
begin();

/** Show what the address asks for. */
function begin() {
  const { app, status } = wanted();
  list = new List(get, { app, status });
  const own = list;
  own.addEventListener("change", () => own === list && draw());
  own.open();
  listen(app);
  document.title = app ? `${app} · History · Toolreel` : "History · Toolreel";
}

/** What the address asks for, as far as one may see it. */
function wanted() {
  const { app, status } = asked();
  return { app: who.message_id ? "" : (who.app_id ?? app), status };
}

/** An app tells by its events what changed. Where there are several, or only one message may be seen, they are asked. */
function listen(app) {
  if (feed?.app === app) return;
  feed?.close();
  feed = null;
  versions.clear();
  pill.hidden = !app;
  if (pill.hidden) return;
  feed = Object.assign(follow({ app }), { app });
  const own = feed;
  own.addEventListener("events", ({ detail }) => own === feed && detail.forEach(hear));
  own.addEventListener("connection", () => own === feed && connected());
  connected();
}

function hear({ event, data }) {
  if (event === "message") list.turn(data.message_id, data);
  if (event === "tool_call" && !isNews(data)) return;
  if (event !== "log" && event !== "preview") soon();
}

/** Progress changes nothing here. */
function isNews({ message_id: message, id, version, finished_at: end }) {
  const name = `${message}/${id}`;
  if (versions.get(name) === version) return false;
  if (end) versions.delete(name);
  else versions.set(name, version);
  return true;
}

/** Read again, at once but not too often. */
function soon() {
  timer ||= setTimeout(async () => {
    readAt = Date.now();
    await list.refresh();
    timer = 0;
  }, Math.max(GATHER_MS, readAt + BETWEEN_MS - Date.now()));
}

async function connected() {
  pill.show(feed.connection);
  if (feed.connection === "live") soon();
  if (feed.connection !== "denied" || isAsking) return;
  isAsking = true;
  await signInAgain();
  isAsking = false;
  feed?.reconnect();
}

function draw() {
  const { rows, problem } = list;
  const words = rows?.length ? table(list, !wanted().app) : rows ? none() : nothing;
  render(html`${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}${words}${more()}`, content);
  render(list.fresh.length ? newPill() : nothing, fresh);
}

function newPill() {
  const count = `${list.fresh.length}${list.isFlooded ? "+" : ""} new`;
  return html`<button class="pill new-pill" type="button" data-tone="accent" @click=${showFresh}>
    <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 12.5v-9M4 7l4-4 4 4" /></svg>${count}
  </button>`;
}

function showFresh() {
  list.showFresh();
  scrollTo({ top: 0, behavior: "smooth" });
  content.querySelector(".m-title a")?.focus({ preventScroll: true });
}

function none() {
  const { app, status } = wanted();
  const isAll = !app && !status;
  const words = isAll ? html`Messages appear here as they come. <a href="/">Run the demo</a> to see one.` : "Nothing that was submitted fits what is asked for.";
  return html`<p class="empty panel"><strong>No messages</strong>${words}</p>`;
}

function more() {
  if (!list.rows?.length) return nothing;
  if (!list.hasMore) return html`<p class="history-end">That is all.</p>`;
  return html`<p class="history-end">
    <button class="button" type="button" aria-disabled=${String(list.isReading)} @click=${() => list.more()}>
      ${list.isReading ? "Reading…" : "Show older"}
    </button>
  </p>`;
}

function isLooked() {
  return document.visibilityState === "visible";
}

function heed(event) {
  const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || document.querySelector("dialog[open]");
  const action = { j: () => go(1), k: () => go(-1), n: showFresh, "/": () => filters.focus() }[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey || isTyping || !areKeysOn()) return;
  event.preventDefault();
  action();
}

/** Go to the next message (1), or the one before (-1). */
function go(step) {
  const links = [...content.querySelectorAll(".m-title a")];
  const at = links.indexOf(document.activeElement?.closest("tr")?.querySelector(".m-title a"));
  links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
}
