// The streams of a browser, one for each app however many pages look at it. It lives in a SharedWorker, or in a page.

import { Stream } from "./stream.js";

const MOST_STREAMS = 4; // of the six connections that a browser has for a host; the others are for controls

/**
 * What a page says: `join` with {url, message, bearer, visible, batch, lock}, `visible`, `batch`, `nudge`, `bearer`, `ask` (are you there?), `leave`.
 * What it is told: {kind: "status", status}, {kind: "events", events}, {kind: "bearer-wanted", denials}.
 */
export class Hub {
  #channels = new Map();
  #isShared;

  constructor({ isShared }) {
    this.#isShared = isShared;
  }

  /** Serve a page that speaks through this port. */
  accept(port) {
    let reader = null;
    const leave = () => reader && this.#leave(reader);
    port.onmessage = ({ data: said }) => {
      if (said.kind === "join") {
        reader = this.#join(port, said);
        if (said.lock) navigator.locks.request(said.lock, leave); // it is ours when the page is gone
      } else if (said.kind === "leave") leave();
      else if (reader) this.#heed(reader, said);
    };
  }

  #join(port, { url, message, bearer, visible, batch }) {
    const key = `${bearer ? "bearer" : "cookie"} ${url}`;
    const channel = this.#channels.get(key) ?? this.#open(key, url);
    const reader = { port, channel, message, bearer, visible, batch, asked: null };
    channel.readers.add(reader);
    this.#balance();
    port.postMessage({ kind: "status", status: channel.stream.status });
    return reader;
  }

  #open(key, url) {
    const channel = { key, readers: new Set(), batch: 0 };
    channel.stream = new Stream(
      () => `${url}?batch=${(channel.batch = widest(channel))}`,
      (denials) => bearerOf(channel, denials),
      (events) => tell(channel, events),
      (status) => channel.readers.forEach((reader) => reader.port.postMessage({ kind: "status", status })),
    );
    this.#channels.set(key, channel);
    return channel;
  }

  #leave(reader) {
    const { channel } = reader;
    channel.readers.delete(reader);
    if (!channel.readers.size) {
      channel.stream.stop();
      this.#channels.delete(channel.key);
    }
    this.#balance();
  }

  #heed(reader, said) {
    const { channel } = reader;
    if (said.kind === "visible") {
      reader.visible = said.visible;
      this.#balance();
      if (said.visible) channel.stream.nudge();
    } else if (said.kind === "batch") {
      reader.batch = said.batch;
      if (widest(channel) !== channel.batch) channel.stream.again();
    } else if (said.kind === "nudge") channel.stream.nudge();
    else if (said.kind === "bearer") reader.asked?.(said.bearer);
    else if (said.kind === "ask") reader.port.postMessage({ kind: "status", status: channel.stream.status });
  }

  /** Streams that nobody looks at are given up where connections are scarce; they go on from where they were. */
  #balance() {
    const channels = [...this.#channels.values()];
    const scarce = !this.#isShared || channels.length > MOST_STREAMS;
    for (const channel of channels) {
      const looked = [...channel.readers].some((reader) => reader.visible);
      if (looked || !scarce) channel.stream.start();
      else channel.stream.stop();
    }
  }
}

/** Only what a page wants to hear goes to it: the events of its message. */
function tell(channel, events) {
  for (const reader of channel.readers) {
    const mine = events.map((event) => part(event, reader.message)).filter((event) => event !== null);
    if (mine.length) reader.port.postMessage({ kind: "events", events: mine });
  }
}

function part(event, message) {
  if (!message || event.data.message_id === message) return event;
  if (event.event === "preview") return event;
  if (event.event !== "snapshot" || event.data.message_id) return null;
  // An app's snapshot has only the unfinished calls: the page reads the rest itself.
  const calls = event.data.tool_calls.filter((call) => call.message_id === message);
  return { event: "snapshot", data: { reason: event.data.reason, partial: true, tool_calls: calls } };
}

function widest(channel) {
  return Math.max(50, ...[...channel.readers].map((reader) => reader.batch));
}

/** The header that says who we are: a page that came with a token is asked for one; others have the cookie. */
async function bearerOf(channel, denials) {
  const reader = [...channel.readers].find((one) => one.bearer);
  if (!reader) return {};
  const bearer = await new Promise((resolve) => {
    reader.asked = resolve;
    reader.port.postMessage({ kind: "bearer-wanted", denials });
  });
  return bearer ? { Authorization: `Bearer ${bearer}` } : {};
}
