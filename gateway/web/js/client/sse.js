// Server-Sent Events from text, as the HTML standard reads them (section 9.2.6). No I/O.

/** Takes text in any pieces and gives the events that it completes. */
export class EventReader {
  /** The id of the last whole event: what to come back with. */
  lastId = "";
  /** What the server asked to wait before a reconnect, in milliseconds. */
  retryMs = 0;
  #rest = "";
  #id = "";
  #event = "";
  #data = [];

  constructor(lastId = "") {
    this.lastId = this.#id = lastId;
  }

  /**
   * @param {string} text
   * @returns {{event: string, data: any}[]}
   */
  read(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop();
    return lines.map((line) => this.#take(line)).filter((event) => event !== null);
  }

  #take(line) {
    if (line === "") return this.#end();
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    return null;
  }

  #end() {
    this.lastId = this.#id;
    const [event, data] = [this.#event || "message", this.#data.join("\n")];
    this.#event = "";
    this.#data = [];
    return data ? { event, data: JSON.parse(data) } : null;
  }
}
