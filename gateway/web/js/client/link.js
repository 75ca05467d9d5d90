// A page's way to the hub: in the browser's SharedWorker, or in the page itself where there is none.

import { Hub } from "./hub.js";

const ANSWER_MS = 3000;
const ASK_MS = 10_000;
const MOST_UNANSWERED = 2;

let local = null;
let policy = null;

/** The worker may only ever be this very module. */
function scriptUrl() {
  try {
    policy ??= globalThis.trustedTypes?.createPolicy("toolreel", {
      createScriptURL: (url) => {
        if (url !== import.meta.url) throw new TypeError(`${url} is not this module`);
        return url;
      },
    });
  } catch {
    return import.meta.url; // the page's policy names no such policy: where it is strict, there is no worker then
  }
  return policy ? policy.createScriptURL(import.meta.url) : import.meta.url;
}

export class Link {
  #port = null;
  #request;
  #onSaid;
  #unlock = null;
  #shared;
  #abort = new AbortController();
  #unanswered = 0;
  #asking = setInterval(() => this.#askAgain(), ASK_MS);

  /**
   * @param {{url: string, message: string | null, bearer: boolean, shared: boolean, worker: string}} request
   * @param {(said: any) => void} onSaid
   */
  constructor(request, onSaid) {
    this.#request = request;
    this.#onSaid = onSaid;
    this.#shared = request.shared && typeof SharedWorker === "function";
    const signal = this.#abort.signal;
    addEventListener("online", () => this.nudge(), { signal });
    addEventListener("pagehide", () => this.#leave(), { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#join(), { signal });
    document.addEventListener("visibilitychange", () => this.#send({ kind: "visible", visible: isVisible() }), {
      signal,
    });
    this.#join();
  }

  nudge() {
    this.#send({ kind: "nudge" });
  }

  /** Ask the gateway to gather events for so many milliseconds. */
  gather(batch) {
    this.#request.batch = batch;
    this.#send({ kind: "batch", batch });
  }

  give(bearer) {
    this.#send({ kind: "bearer", bearer });
  }

  close() {
    this.#abort.abort();
    clearInterval(this.#asking);
    this.#leave();
  }

  /** A worker may crash, and its ports say nothing of it. */
  #askAgain() {
    if (!this.#port || !isVisible()) return;
    if (this.#unanswered++ < MOST_UNANSWERED) return this.#send({ kind: "ask" });
    this.#leave();
    this.#join();
  }

  async #join() {
    this.#unanswered = 0;
    const lock = this.#shared ? await this.#lock() : null;
    if (this.#abort.signal.aborted) return;
    if (this.#shared) this.#joinShared(lock);
    else this.#joinLocal();
  }

  #joinShared(lock) {
    let answered = false;
    const fall = () => {
      if (answered || this.#abort.signal.aborted) return;
      this.#leave();
      this.#shared = false;
      this.#joinLocal();
    };
    try {
      const worker = new SharedWorker(scriptUrl(), { type: "module", name: this.#request.worker });
      worker.onerror = fall;
      setTimeout(fall, ANSWER_MS);
      this.#use(worker.port, { lock }, () => (answered = true));
    } catch {
      fall(); // of another origin, or forbidden
    }
  }

  #joinLocal() {
    local ??= new Hub({ isShared: false });
    const { port1, port2 } = new MessageChannel();
    local.accept(port2);
    this.#use(port1, {}, () => {});
  }

  #use(port, more, onAnswer) {
    this.#port = port;
    port.onmessage = ({ data: said }) => {
      if (port !== this.#port) return;
      this.#unanswered = 0;
      onAnswer();
      this.#onSaid(said);
    };
    const { url, message, bearer, batch = 50 } = this.#request;
    port.postMessage({ kind: "join", url, message, bearer, batch, visible: isVisible(), ...more });
  }

  #send(said) {
    this.#port?.postMessage(said);
  }

  #leave() {
    this.#send({ kind: "leave" });
    this.#port?.close();
    this.#port = null;
    this.#unlock?.();
    this.#unlock = null;
  }

  /** Held as long as this page lives, so that the worker learns when it crashed. */
  #lock() {
    if (!navigator.locks) return null;
    const name = `toolreel-page-${uniqueId()}`;
    return new Promise((resolve) => {
      navigator.locks.request(name, () => {
        resolve(name);
        return new Promise((release) => (this.#unlock = release));
      });
    });
  }
}

/** 128 bits of chance as text. (`crypto.randomUUID` is only there on https.) */
export function uniqueId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isVisible() {
  return document.visibilityState === "visible";
}
