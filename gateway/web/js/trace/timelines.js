// What is known of the calls' timelines: asked for a few at a time, and again only for a call that has changed.

const AT_ONCE = 3;
const REST_MS = 250; // between two answers about one call, however often it changes
const AGAIN_MS = 2000;
const CLAIMED_MS = 1000; // that a worker took up the next stage changes no version: it is asked for

/** Tells by the event `change` (detail: the call's id) that more is known. */
export class Timelines extends EventTarget {
  /** @type {Map<string, {version: number, timeline: object[], moves: object[], arguments: object}>} */
  known = new Map();
  #ask;
  #wanted = new Set();
  #asking = new Set();
  #readAt = new Map();

  /** @param {(id: string) => Promise<any>} ask */
  constructor(ask) {
    super();
    this.#ask = ask;
  }

  /** A call stands so: what is known of an older version is not enough, nor of a running call without a run. */
  want(call) {
    if (this.#wanted.has(call.id) || !this.#isOld(call)) return;
    this.#wanted.add(call.id);
    this.#next();
  }

  #isOld({ id, version, status }) {
    const known = this.known.get(id);
    if (!known || known.version < version) return true;
    const hasRun = known.timeline.some((run) => run.finished_at === null);
    return status === "running" && !hasRun && Date.now() - this.#readAt.get(id) > CLAIMED_MS;
  }

  #next() {
    for (const id of this.#wanted) {
      if (this.#asking.size >= AT_ONCE) return;
      if (this.#asking.has(id)) continue;
      this.#wanted.delete(id);
      this.#asking.add(id);
      this.#read(id);
    }
  }

  async #read(id) {
    let rest = REST_MS;
    try {
      const found = await this.#ask(id);
      const isFirst = !this.known.has(id);
      this.known.set(id, found);
      this.#readAt.set(id, Date.now());
      if (isFirst) rest = 0;
      this.dispatchEvent(new CustomEvent("change", { detail: id }));
    } catch {
      this.#wanted.add(id); // the gateway is away: the page says so, and this is asked again
      rest = AGAIN_MS;
    }
    setTimeout(() => {
      this.#asking.delete(id);
      this.#next();
    }, rest);
  }
}
