// The start page: what ran lately, in which apps, and a turn to play for who sees Toolreel for the first time.

import { get, post } from "./api.js";
import { html, render } from "../vendor/lit-html-3.3.3/lit-html.js";
import { repeat } from "../vendor/lit-html-3.3.3/directives/repeat.js";
import { element } from "./dom.js";
import { ago } from "./format.js";
import { main, open } from "./open.js";
import { messageRow } from "./rows.js";

const EVERY_MS = 3000;
const RECENT = 20;
const APPS = 12;
const DEMO = "/static/demo/turn.jsonl";

const REQUEST = [
  'curl -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\',
  `  ${location.origin}/v1/apps/demo/messages/m1/tool-calls -d '{"tool_calls": [`,
  '    {"id": "call_1", "name": "os-write", "arguments": {"file_path": "hello.md", "content": "# Hello"}}]}\'',
].join("\n");

const state = { messages: null, apps: [], problem: "", playing: false };
const who = await open();
const root = element("div", { class: "start" });
const maySubmit = who.grants.includes("submit");
main.append(root);
await read();
setInterval(() => document.visibilityState === "visible" && read(), EVERY_MS);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && read());

async function read() {
  try {
    const [{ messages }, { apps }] = await Promise.all([
      get(`/v1/messages?limit=${RECENT}`),
      get(`/v1/apps?limit=${APPS}`),
    ]);
    Object.assign(state, { messages, apps, problem: "" });
  } catch (error) {
    state.problem = `What ran lately cannot be read: ${error.message}.`;
  }
  draw();
}

function draw() {
  const { messages, problem } = state;
  const isNew = messages?.length === 0;
  render(
    html`<header class="hero">
        <div>
          <h1>${isNew ? "Nothing has run yet" : "Messages"}</h1>
          <p>
            ${isNew ? "Play the demo: a recorded model turn that builds a small web app, live." : "Each message is one turn of a model, with the tool calls that it made."}
          </p>
        </div>
        ${maySubmit ? playButton(isNew) : ""}
      </header>
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : ""}
      ${isNew ? firstSteps() : html`<div class="start-split">${recent(messages ?? [])}${apps()}</div>`}`,
    root,
  );
}

function playButton(isNew) {
  const kind = isNew ? "primary" : "usual";
  return html`<button
    class="button"
    type="button"
    data-kind=${kind}
    data-size=${isNew ? "large" : "usual"}
    aria-disabled=${String(state.playing)}
    @click=${play}
  >
    ${state.playing ? "Starting…" : "Run the demo"}
  </button>`;
}

function recent(messages) {
  return html`<section aria-labelledby="recent">
    <h2 id="recent">Recent</h2>
    <ul class="panel rows">
      ${repeat(messages, (one) => `${one.app_id}/${one.message_id}`, messageRow)}
    </ul>
  </section>`;
}

function apps() {
  return html`<section aria-labelledby="apps">
    <h2 id="apps">Apps</h2>
    <ul class="panel rows">
      ${repeat(
        state.apps,
        (app) => app.app_id,
        (app) =>
          html`<li>
            <a class="row" href="/history?app=${app.app_id}"
              ><b>${app.app_id}</b>
              <span class="row-end"
                >${app.running ? html`<span class="pill" data-tone="accent"><span class="dot"></span>${app.running} running</span>` : ago(app.created_at)}</span
              ></a
            >
          </li>`,
      )}
    </ul>
  </section>`;
}

function firstSteps() {
  return html`<section class="panel steps" aria-labelledby="own">
    <h2 id="own">Or submit a call of your own</h2>
    <pre tabindex="0" role="region" aria-label="A request to copy">${REQUEST}</pre>
    <p>
      Then watch it at <a href="/apps/demo/messages/m1">/apps/demo/messages/m1</a>. All that the API takes is in the
      <a href="/docs">reference</a>.
    </p>
  </section>`;
}

/** Submit the recorded turn as its model spoke it, and go where it can be watched. */
async function play() {
  if (state.playing) return;
  Object.assign(state, { playing: true, problem: "" });
  draw();
  const app = who.app_id ?? `demo-${Date.now().toString(36)}`;
  const message = who.message_id ?? `windowsill-${Date.now().toString(36)}`;
  const path = `/v1/apps/${app}/messages/${message}`;
  try {
    const turn = await (await fetch(DEMO)).text();
    for (const [place, line] of turn.trim().split("\n").entries()) {
      const { text, tool_calls } = JSON.parse(line);
      await post(`${path}/text`, { text }, `${app}/${message}/${place}/text`);
      await post(`${path}/tool-calls`, { tool_calls }, `${app}/${message}/${place}/calls`);
    }
    location.assign(`/apps/${app}/messages/${message}`);
  } catch (error) {
    Object.assign(state, { playing: false, problem: `The demo could not be started: ${error.message}.` });
    draw();
  }
}
