// The tool stream page: a message's calls as they run, and its controls.

import { applies, connect } from "../toolreel.js";
import { confirm, help } from "./dialogs.js";
import { element, icon } from "./dom.js";
import "./elements/connection.js";
import "./elements/files-pane.js";
import "./elements/log-pane.js";
import "./elements/message-head.js";
import { tabSet } from "./elements/tab-set.js";
import { clock, counted } from "./format.js";
import { listen } from "./keyboard.js";
import { bar, main, open, signInAgain } from "./open.js";
import { unreadPill } from "./unread.js";

const KEYS_ICON = "M6.2 6.2a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.3M8 11.8v.1";
const WRITE_MS = 250;
const FINAL = ["succeeded", "failed", "cancelled"];

let asking = false;
let timer = 0;
let written = 0;

const [, , app, , id] = location.pathname.split("/").map(decodeURIComponent);
const who = await open();
const message = connect({ app, message: id, wholeApp: who.message_id === null });
const parts = build(who.grants.includes("control"));
main.append(parts.head, parts.tools, parts.split);
bar.end.append(parts.pill);
wire();

function build(mayControl) {
  const head = element("message-head", { mayControl });
  const cards = element("toolreel-message", { source: message, trace: null });
  cards.setAttribute("trace", `${location.pathname}/trace`);
  if (!mayControl) cards.setAttribute("controls", "off");
  cards.setAttribute("density", localStorage.getItem("toolreel-density") ?? "auto");
  const [files, log] = [element("files-pane"), element("log-pane")];
  const calls = element("section", { class: "calls" }, cards);
  const panels = [
    ["calls", "Calls", calls],
    ["files", "Files", element("section", { class: "pane" }, files)],
    ["log", "Log", element("section", { class: "pane" }, log)],
  ];
  const tabs = tabSet("What to see", panels);
  // Beside the calls where there is room; else instead of them.
  const narrow = matchMedia("(max-width: 960px)");
  const settle = () => tabs.choose(narrow.matches ? "calls" : "files");
  narrow.addEventListener("change", settle);
  settle();
  const side = element("div", { class: "side" }, tabs.list, panels[1][2], panels[2][2]);
  const pill = element("connection-pill");
  const unread = unreadPill(cards.board);
  const tools = toolbar(cards.board, unread.pill);
  return {
    head,
    cards,
    files,
    log,
    pill,
    unread,
    tabs,
    ...tools,
    split: element("div", { class: "split" }, calls, side),
  };
}

function toolbar(board, unread) {
  const filter = element("input", {
    class: "input",
    type: "search",
    placeholder: "Filter",
    "aria-label": "Filter the calls",
  });
  filter.addEventListener("input", () => board.filter(filter.value));
  const density = element("select", { class: "input", "aria-label": "Density" });
  for (const [value, words] of [
    ["auto", "Automatic"],
    ["comfortable", "Comfortable"],
    ["compact", "Compact"],
  ]) {
    density.append(
      element("option", { value, selected: value === (localStorage.getItem("toolreel-density") ?? "auto") }, words),
    );
  }
  density.addEventListener("change", () => {
    localStorage.setItem("toolreel-density", density.value);
    board.density = density.value;
  });
  const title = "Holds the picture still. The tools go on.";
  const hold = element("button", { class: "button", type: "button", title, data: { kind: "plain" } }, "Hold");
  hold.setAttribute("aria-pressed", "false");
  const keys = iconButton("Keys", KEYS_ICON);
  keys.onclick = help;
  return {
    filter,
    hold,
    tools: element("div", { class: "tools" }, filter, unread, element("span", { class: "gap" }), density, hold, keys),
  };
}

function iconButton(words, path) {
  return element("button", { class: "icon-button", type: "button", "aria-label": words, title: words }, icon(path));
}

function wire() {
  const { head, cards, files, log, pill, unread, filter, hold, tabs } = parts;
  head.ask = askAll;
  pill.reconnect = () => message.reconnect();
  log.titleOf = (call) => cards.board.titleOf(call);
  files.open(app);
  message.addEventListener("log", ({ detail }) => log.add(detail));
  message.addEventListener("change", soon);
  message.addEventListener("connection", connected);
  tabs.list.addEventListener("choose", ({ detail }) => detail !== "calls" && files.refresh());
  const toggleHold = () => {
    cards.board.hold(!cards.board.isHeld);
    hold.setAttribute("aria-pressed", String(cards.board.isHeld));
    write();
  };
  hold.onclick = toggleHold;
  const all = () => head.act(message.calls.some((call) => applies("pause", call)) ? "pause" : "resume");
  listen({ board: cards.board, all, hold: toggleHold, filter: () => filter.focus(), help });
  const first = () => {
    if (!message.known) return;
    message.removeEventListener("change", first);
    write(); // with the first cards, in one frame
    requestAnimationFrame(unread.look);
  };
  message.addEventListener("change", first);
  setInterval(write, 1000);
  soon();
}

async function askAll(name) {
  if (name === "cancel") {
    const count = message.calls.filter((call) => applies("cancel", call)).length;
    const words = "What has not finished changes nothing. Finished calls keep what they wrote.";
    if (!(await confirm(`Cancel ${counted(count, "call")}?`, words, "Cancel all"))) return;
  }
  await message[name]();
}

async function connected() {
  write();
  if (message.connection !== "denied" || asking) return;
  asking = true;
  await signInAgain();
  asking = false;
  message.reconnect();
}

function soon() {
  timer ||= setTimeout(write, WRITE_MS);
}

/** The head, the pill, the title: a few times a second at most. */
function write() {
  clearTimeout(timer);
  timer = 0;
  const { head, cards, files, pill } = parts;
  const calls = message.calls;
  const isOver = calls.length > 0 && calls.every((call) => FINAL.includes(call.status));
  const ended = isOver ? `Ended ${clock(Math.max(...calls.map((call) => Date.parse(call.finished_at))))}` : "";
  const held = cards.board.isHeld ? `Held · ${counted(cards.board.waiting, "change")}` : "";
  pill.show(message.connection, { ended, held });
  if (!message.known || cards.board.isHeld) return;
  head.show(message, app, id);
  name(calls, isOver);
  const succeeded = calls.filter((call) => call.status === "succeeded").length;
  if (succeeded !== written) files.refresh();
  written = succeeded;
}

/** The browser's tab says how things are. */
function name(calls, isOver) {
  const needs = calls.filter((call) => call.status === "failed").length;
  const running = calls.filter((call) => call.status === "running").length;
  const sign = needs ? `(${needs}) ` : isOver ? "✓ " : running ? "▶ " : "";
  document.title = `${sign}${document.querySelector("h1").textContent} · Toolreel`;
  const file = needs ? "icon-attention" : isOver ? "icon-done" : "icon";
  const link = document.querySelector("link[rel=icon]");
  if (!link.href.endsWith(`/${file}.svg`)) link.href = `/static/${file}.svg`;
}
