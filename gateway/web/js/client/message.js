// A message as a page holds it: kept up to date by the stream, steered by controls.

import { ask, ControlFailed } from "./control.js";
import { Link } from "./link.js";
import { Store } from "./store.js";

const AGAIN_AFTER_MS = 2000;

/**
 * @typedef {object} Options
 * @property {string} app
 * @property {string} message
 * @property {string} [base] where Toolreel is; this page's own origin by default
 * @property {(refused: boolean) => Promise<string>} [token] gives a token; asked anew when one has ended. Without it the
 *   session's cookie is used
 * @property {boolean} [wholeApp] listen to the app's stream, which all pages of the app share; needs a token for the app
 * @property {boolean} [worker] whether pages may share a SharedWorker; true by default
 */

/**
 * Tells by events: `change` (detail.ids: the calls that changed, detail.all after a snapshot), `connection`
 * (detail.status), `log` (detail: the contract's log event), `preview`.
 */
export class Message extends EventTarget {
  store;
  /** @type {"connecting" | "live" | "reconnecting" | "denied" | "idle"} */
  connection = "connecting";
  /** Whether the message's state has been read; before that, an empty store says nothing. */
  known = false;
  /** Controls that were asked for and not acknowledged yet, by call. @type {Map<string, string>} */
  pending = new Map();
  #options;
  #base;
  #path;
  #link;
  #token = null;
  #reading = null;
  #timer = 0;

  /** @param {Options} options @param {string} worker the name of the worker to share */
  constructor(options, worker) {
    super();
    this.#options = options;
    this.#base = new URL(options.base ?? "/", document.baseURI);
    const app = new URL(`v1/apps/${encodeURIComponent(options.app)}`, this.#base).href;
    this.#path = `${app}/messages/${encodeURIComponent(options.message)}`;
    this.store = new Store(options.message);
    const url = `${options.wholeApp ? app : this.#path}/events`;
    const request = {
      url,
      message: options.message,
      bearer: Boolean(options.token),
      shared: options.worker !== false,
      worker,
    };
    this.#link = new Link(request, (said) => this.#hear(said));
    this.#read();
  }

  get calls() {
    return [...this.store.calls.values()].sort((one, other) => one.index - other.index);
  }

  pause = (id) => this.#control("pause", id);
  resume = (id) => this.#control("resume", id);
  cancel = (id) => this.#control("cancel", id);
  retry = (id) => this.#control("retry", id);

  /** Try to connect now. */
  reconnect() {
    this.#token = null;
    this.#link.nudge();
    if (!this.known) this.#read();
  }

  /** Ask for events gathered over so many milliseconds. */
  gather(ms) {
    this.#link.gather(ms);
  }

  /** Ask the API about this message: its path below it, like `/tool-calls/call_1`. Rejects when it does not answer well. */
  get(below = "") {
    return this.#fetch(this.#path + below);
  }

  /** Where the stages of each tool end, in percent of a call: `{"os-write": [10, 80, 100]}`. */
  async stageEnds() {
    const { tools } = await this.#fetch(new URL("v1/tools?format=plain", this.#base));
    return Object.fromEntries(tools.map((tool) => [tool.name, tool.until]));
  }

  async #fetch(url, refused = false) {
    const headers = await this.#headers(refused);
    const answer = await fetch(url, { headers, credentials: headers.Authorization ? "omit" : "include" });
    if (answer.status === 401 && headers.Authorization && !refused) return this.#fetch(url, true);
    if (!answer.ok) throw Object.assign(new Error(`Toolreel answered ${answer.status}`), { status: answer.status });
    return answer.json();
  }

  close() {
    clearTimeout(this.#timer);
    this.#link.close();
  }

  async #control(name, id) {
    const path =
      id === undefined ? `${this.#path}/${name}` : `${this.#path}/tool-calls/${encodeURIComponent(id)}/${name}`;
    const ids = id === undefined ? this.calls.filter((call) => applies(name, call)).map((call) => call.id) : [id];
    ids.forEach((one) => this.pending.set(one, name));
    this.#changed(ids);
    try {
      const answer = await ask(path, (refused) => this.#headers(refused));
      const states = answer.tool_calls ?? [answer];
      states.forEach((state) => this.store.take(state));
      return states.map((state) => this.store.calls.get(state.id) ?? state);
    } catch (error) {
      if (error instanceof ControlFailed && error.denied) this.#connected("denied");
      throw error;
    } finally {
      ids.forEach((one) => this.pending.get(one) === name && this.pending.delete(one));
      this.#changed(ids);
    }
  }

  #hear(said) {
    if (said.kind === "status") this.#connected(said.status);
    else if (said.kind === "bearer-wanted") this.#headers(said.denials > 0).then(() => this.#link.give(this.#token));
    else this.#take(said.events);
  }

  #connected(status) {
    if (status === "live" && !this.known) this.#read();
    if (status === this.connection) return;
    this.connection = status;
    this.#tell("connection", { status });
  }

  #take(events) {
    const ids = new Set();
    let all = false;
    for (const one of events) {
      if (one.event === "log" || one.event === "preview") this.#tell(one.event, one.data);
      else this.store.takeEvent(one).forEach((id) => ids.add(id));
      if (one.event === "snapshot") {
        all = true;
        if (one.data.partial) this.#read();
        else this.known = true;
      } else if (one.event === "message" || one.event === "flow") all = true;
    }
    if (ids.size || all) this.#tell("change", { ids: [...ids], all });
  }

  /** Read the whole state; what came meanwhile by the stream is newer and stays. */
  #read() {
    this.#reading ??= this.#readNow().finally(() => (this.#reading = null));
  }

  async #readNow() {
    try {
      this.store.takeMessage(await this.get());
      this.known = true;
    } catch (error) {
      if (error.status === 404)
        this.known = true; // nothing was submitted yet
      else if (error.status === 401 || error.status === 403) this.#connected("denied");
      else this.#timer = setTimeout(() => this.#read(), AGAIN_AFTER_MS);
    }
    this.#tell("change", { ids: [], all: true });
  }

  async #headers(refused = false) {
    if (!this.#options.token) return {};
    if (refused || !this.#token) this.#token = await this.#options.token(refused);
    return { Authorization: `Bearer ${this.#token}` };
  }

  #changed(ids) {
    this.#tell("change", { ids, all: false });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const FINAL = ["succeeded", "failed", "cancelled"];

/** Whether a control can be meant for a call as it stands. */
export function applies(name, call) {
  switch (name) {
    case "pause":
      return call.status === "queued" || (call.status === "running" && call.pausable !== "no");
    case "resume":
      return call.status === "paused" || call.status === "pausing";
    case "cancel":
      return !FINAL.includes(call.status) && call.status !== "cancelling";
    default:
      return call.status === "cancelled" || (call.status === "failed" && !REFUSED.includes(call.error?.type));
  }
}

const REFUSED = ["invalid-arguments", "unknown-tool"];
