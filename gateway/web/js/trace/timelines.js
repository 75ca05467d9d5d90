// What is known of the calls' timelines: asked for a few at a time, and again only for a call that has changed.

const AT_ONCE = 3;
const REST_MS = 250; // between two answers about one call, however often it changes
const AGAIN_MS = 2000;

/** Tells by the event `change` (detail: the call's id) that more is known. */
export class Timelines extends EventTarget {
  /** @type {Map<string, {version: number, timeline: object[], moves: object[], arguments: object}>} */
  known = new Map();
  #ask;
  #wanted = new Set();
  #asking = new Set();

  /** @param {(id: string) => Promise<any>} ask */
  constructor(ask) {
    super();
    this.#ask = ask;
  }

  /** A call stands at this version: what is known of an older one is not enough. */
  want({ id, version }) {
    if (this.#wanted.has(id) || (this.known.get(id)?.version ?? 0) >= version) return;
    this.#wanted.add(id);
    this.#next();
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
