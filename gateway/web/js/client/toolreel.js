// Toolreel in a page: watch a message's tool calls, and steer them. One module without dependencies; see docs/examples.

import { ControlFailed } from "./control.js";
import { ToolreelMessage } from "./element.js";
import { Feed } from "./feed.js";
import { Hub } from "./hub.js";
import { applies, Message } from "./message.js";
import { duration } from "./words.js";

/** The version of this client; pages with the same one share a worker. */
export const VERSION = "1";

/**
 * Watch a message.
 * @param {import("./message.js").Options} options
 * @returns {Message}
 */
export function connect(options) {
  return new Message(options, `toolreel-${VERSION}`);
}

/**
 * Follow all events of an app, as whoever has the session's cookie.
 * @param {{app: string, base?: string}} options
 * @returns {Feed}
 */
export function follow(options) {
  return new Feed(options, `toolreel-${VERSION}`);
}

export { applies, ControlFailed, duration, Feed, Message, ToolreelMessage };

ToolreelMessage.connect = connect;

if (globalThis.customElements) customElements.define("toolreel-message", ToolreelMessage);

if (typeof SharedWorkerGlobalScope === "function" && globalThis instanceof SharedWorkerGlobalScope) {
  const hub = new Hub({ isShared: true });
  globalThis.onconnect = (event) => hub.accept(event.ports[0]);
}
