// One event stream that comes back by itself. It is read with fetch: an EventSource hides heartbeats and the reasons of a
// refusal, sends no header, and gives up for good on any answer but 200.

import { backoffMs } from "./backoff.js";
import { EventReader } from "./sse.js";

const SILENT_MS = 12_000; // the gateway says something every 5 s on a stream that gathers
const WATCH_MS = 1000;
const LASTED_MS = 3000;
const TRIES_EACH = 2; // at each length of wait, so that who comes back within seconds is found within seconds

/**
 * @typedef {"connecting" | "live" | "reconnecting" | "denied" | "idle"} Connection
 * @typedef {{event: string, data: any}} StreamEvent
 */

export class Stream {
  /** @type {Connection} */
  status = "idle";
  #url;
  #headers;
  #onEvents;
  #onStatus;
  #lastId = "";
  #tries = 0;
  #denials = 0;
  #leastMs = 0;
  #abort = null;
  #wake = null;
  #heard = 0;
  #run = null;
  #anew = false;

  /**
   * @param {() => string} url
   * @param {(denials: number) => Promise<Record<string, string>>} headers what says who we are; asked before each try
   * @param {(events: StreamEvent[]) => void} onEvents
   * @param {(status: Connection) => void} onStatus
   */
  constructor(url, headers, onEvents, onStatus) {
    this.#url = url;
    this.#headers = headers;
    this.#onEvents = onEvents;
    this.#onStatus = onStatus;
  }

  /** Connect and stay connected; after a `stop`, from where it was. */
  start() {
    if (!this.#run) this.#stay((this.#run = {}));
  }

  stop() {
    this.#run = null;
    this.#abort?.abort();
    this.#wake?.();
    this.#say("idle");
  }

  /** Whatever it waits for, try now: the network is back, someone looks, someone signed in. */
  nudge() {
    if (this.status === "denied") this.#denials = 0;
    this.#tries = 0;
    this.#leastMs = 0;
    this.#wake?.();
    if (this.status === "live" && Date.now() - this.#heard > SILENT_MS / 2) this.#abort?.abort();
  }

  /** Connect anew, for the URL has changed; nothing is lost. */
  again() {
    this.#anew = this.status === "live";
    this.#abort?.abort();
  }

  async #stay(run) {
    this.#say("connecting");
    while (this.#run === run) {
      const ended = await this.#once();
      if (this.#run !== run) return;
      if (this.#anew) {
        this.#anew = false;
        continue;
      }
      this.#say(ended === "denied" ? "denied" : "reconnecting");
      if (ended === "denied" && ++this.#denials > 1) await this.#wait(Infinity);
      else if (ended !== "denied")
        await this.#wait(Math.max(this.#leastMs, backoffMs(Math.floor(this.#tries++ / TRIES_EACH))));
    }
  }

  /** One connection, until it ends; says whether it was refused. */
  async #once() {
    const begun = (this.#heard = Date.now());
    const abort = (this.#abort = new AbortController());
    const watch = setInterval(() => Date.now() - this.#heard > SILENT_MS && abort.abort(), WATCH_MS);
    try {
      const answer = await this.#ask(abort.signal);
      if (answer.status === 401 || answer.status === 403) return "denied";
      if (!answer.ok) return "failed";
      return await this.#read(answer.body.getReader());
    } catch {
      return "failed"; // there is no connection, or no longer: the next try says more
    } finally {
      clearInterval(watch);
      abort.abort();
      if (this.status === "live" && Date.now() - begun > LASTED_MS) this.#tries = 0;
    }
  }

  async #ask(signal) {
    const headers = { Accept: "text/event-stream", ...(await this.#headers(this.#denials)) };
    if (this.#lastId) headers["Last-Event-ID"] = this.#lastId;
    const credentials = headers.Authorization ? "omit" : "include";
    return fetch(this.#url(), { headers, credentials, signal, cache: "no-store" });
  }

  async #read(reader) {
    const [events, decoder] = [new EventReader(this.#lastId), new TextDecoder()];
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return "ended";
      this.#heard = Date.now();
      this.#live();
      const told = events.read(decoder.decode(value, { stream: true }));
      this.#lastId = events.lastId;
      const end = told.find((one) => one.event === "end");
      if (told.length) this.#onEvents(told.filter((one) => one.event !== "end").flatMap(unpacked));
      if (end) return this.#end(end.data.reason, events.retryMs);
    }
  }

  #live() {
    this.#denials = 0;
    this.#leastMs = 0;
    this.#say("live");
  }

  #end(reason, retryMs) {
    if (reason === "token-expired") return "denied";
    this.#leastMs = reason === "overloaded" ? retryMs : 0;
    return "ended";
  }

  #say(status) {
    if (status === this.status) return;
    this.status = status;
    this.#onStatus(status);
  }

  #wait(ms) {
    return new Promise((resolve) => {
      const timer = ms === Infinity ? 0 : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function unpacked(one) {
  return one.event === "batch" ? one.data.events : [one];
}
