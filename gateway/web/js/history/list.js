// The messages that the history shows, newest first: page after page, brought up to date in place, what is new kept apart.

const PAGE = 50;
const MOST = 200;
const MOST_SINGLE = 10;

/** Tells by the event `change` that there is something to draw. */
export class List extends EventTarget {
  /** @type {object[] | null} null until the first page is read */
  rows = null;
  /** Messages that are newer than the rows, and wait to be shown. */
  fresh = [];
  /** Whether there are more of them than were read. */
  isFlooded = false;
  /** Messages that came into the rows when they were asked for. */
  added = new Set();
  problem = "";
  isReading = false;
  #get;
  #app;
  #status;
  #next = null;
  #asked = 0;

  /** @param {(path: string) => Promise<any>} get @param {{app: string, status: string}} filter empty: all */
  constructor(get, { app, status }) {
    super();
    this.#get = get;
    this.#app = app;
    this.#status = status;
  }

  get hasMore() {
    return this.#next !== null;
  }

  /** Read the first page. */
  async open() {
    await this.#read(async () => {
      const page = await this.#page(PAGE);
      Object.assign(this, { rows: page.messages, fresh: [], isFlooded: false });
      this.#next = page.next;
    });
  }

  /** Read the next page. */
  async more() {
    if (this.isReading || !this.hasMore) return;
    await this.#read(async () => {
      const page = await this.#page(PAGE, this.#next);
      const known = new Set(this.rows.map(nameOf));
      this.rows = [...this.rows, ...page.messages.filter((one) => !known.has(nameOf(one)))];
      this.#next = page.next;
    });
  }

  /** Read again what is shown, so far as one page reaches. */
  async refresh() {
    if (!this.rows?.length) return this.open();
    const asked = ++this.#asked;
    try {
      const count = Math.min(MOST, this.rows.length + this.fresh.length + PAGE);
      const page = await this.#page(count);
      if (asked !== this.#asked || !this.rows) return;
      const left = this.#take(page);
      this.problem = "";
      await Promise.all(left.map((one) => this.#single(one)));
    } catch (error) {
      this.problem = `What is shown may be old: ${error.message}.`;
    }
    this.#tell();
  }

  /** Show what is new. */
  async showFresh() {
    if (this.isFlooded) return this.open();
    this.added = new Set(this.fresh.map(nameOf));
    this.rows = [...this.fresh, ...this.rows];
    this.fresh = [];
    this.#tell();
  }

  /** A message turned from running to idle, or back. */
  turn(id, { status, counts }) {
    const name = `${this.#app}/${id}`;
    const found = this.rows?.find((one) => nameOf(one) === name);
    if (!found) return;
    this.#put({ ...found, status, counts });
    this.#tell();
  }

  /** Take a page of the newest; gives what is shown and was expected in it, but is none of what was asked for any more. */
  #take({ messages, next }) {
    const known = new Map(this.rows.map((one, place) => [nameOf(one), place]));
    const first = messages.findIndex((one) => known.has(nameOf(one)));
    this.fresh = first < 0 ? messages : messages.slice(0, first);
    this.isFlooded = first < 0 && next !== null;
    const read = new Set(messages.map(nameOf));
    messages.filter((one) => known.has(nameOf(one))).forEach((one) => this.#put(one));
    const last = messages.findLast((one) => known.has(nameOf(one)));
    const reach = next === null ? this.rows.length : last ? known.get(nameOf(last)) : 0;
    const changed = this.rows.slice(0, reach).filter((one) => !read.has(nameOf(one)) && !this.#isSettled(one));
    return this.#status ? changed.slice(0, MOST_SINGLE) : [];
  }

  /** Whether a message that is none of what was asked for any more has been read since. */
  #isSettled(message) {
    return this.#status === "failed" ? !message.counts.failed && message.status === "idle" : message.status !== this.#status;
  }

  async #single({ app_id: app, message_id: id }) {
    const { tool_calls: _, flow: __, links: ___, ...summary } = await this.#get(`/v1/apps/${app}/messages/${id}`);
    this.#put(summary);
  }

  #put(message) {
    this.rows = this.rows.map((one) => (nameOf(one) === nameOf(message) ? message : one));
  }

  #page(limit, before) {
    const query = new URLSearchParams({ limit: String(limit), ...(this.#status && { status: this.#status }), ...(before && { before }) });
    return this.#get(`${this.#app ? `/v1/apps/${this.#app}` : "/v1"}/messages?${query}`);
  }

  async #read(act) {
    this.isReading = true;
    this.#asked += 1;
    this.#tell();
    try {
      await act();
      this.problem = "";
    } catch (error) {
      this.problem = `The messages cannot be read: ${error.message}.`;
      if (!this.rows && error.status === 400) this.rows = [];
    }
    this.isReading = false;
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}

/** What tells a message from all others. */
export function nameOf({ app_id: app, message_id: id }) {
  return `${app}/${id}`;
}
