// What is known of a message: the newest state of each of its calls, its conversation, its status. No I/O.

/**
 * @typedef {object} CallState a tool call's state as the API has it (see /docs)
 * @property {string} id
 * @property {number} index
 * @property {string} status
 * @property {number} attempt
 * @property {number} version
 * @property {number} progress
 */

/** Whether a state tells more than another one: a later attempt, a later version, or more progress at the same. */
export function isNewer(one, other) {
  if (one.attempt !== other.attempt) return one.attempt > other.attempt;
  if (one.version !== other.version) return one.version > other.version;
  return one.progress >= other.progress;
}

export class Store {
  /** @type {Map<string, CallState>} */
  calls = new Map();
  flow = [];
  status = "idle";
  createdAt = null;
  #message;

  constructor(message) {
    this.#message = message;
  }

  /** Take a call's state, if it is newer than what is known. */
  take(call) {
    const known = this.calls.get(call.id);
    if (call.message_id !== this.#message || call.origin === "system" || (known && !isNewer(call, known))) return false;
    this.calls.set(call.id, call);
    return true;
  }

  /** Take what the message itself says: its answer to GET, or a snapshot of its stream. */
  takeMessage({ status, flow, tool_calls: calls, created_at: createdAt }) {
    if (status) this.status = status;
    if (flow && size(flow) >= size(this.flow)) this.flow = flow;
    if (createdAt) this.createdAt = createdAt;
    return calls.filter((call) => this.take(call)).map((call) => call.id);
  }

  /**
   * Take an event; says which calls it changed.
   * @returns {string[]}
   */
  takeEvent({ event, data }) {
    if (event === "tool_call") return this.take(data) ? [data.id] : [];
    if (event === "snapshot") return this.takeMessage(data);
    if (event === "message") this.status = data.status;
    if (event === "flow" && size(data.flow) >= size(this.flow)) this.flow = data.flow;
    return [];
  }
}

/** How much a conversation says: it only ever grows. */
function size(flow) {
  return flow.reduce((sum, part) => sum + (part.type === "text" ? 1 : part.ids.length), 0);
}
