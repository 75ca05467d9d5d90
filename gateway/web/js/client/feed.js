// All events of an app, for pages that show many of its messages.

import { Link } from "./link.js";

/** Tells by events: `events` (detail: the contract's events, in order) and `connection` (detail.status). */
export class Feed extends EventTarget {
  /** @type {"connecting" | "live" | "reconnecting" | "denied" | "idle"} */
  connection = "connecting";
  #link;

  /** @param {{app: string, base?: string}} options @param {string} worker the name of the worker to share */
  constructor({ app, base = "/" }, worker) {
    super();
    const url = new URL(`v1/apps/${encodeURIComponent(app)}/events`, new URL(base, document.baseURI)).href;
    const request = { url, message: null, bearer: false, shared: true, worker };
    this.#link = new Link(request, (said) => this.#hear(said));
  }

  /** Try to connect now. */
  reconnect() {
    this.#link.nudge();
  }

  close() {
    this.#link.close();
  }

  #hear(said) {
    if (said.kind === "events") this.dispatchEvent(new CustomEvent("events", { detail: said.events }));
    if (said.kind !== "status" || said.status === this.connection) return;
    this.connection = said.status;
    this.dispatchEvent(new CustomEvent("connection", { detail: { status: said.status } }));
  }
}
