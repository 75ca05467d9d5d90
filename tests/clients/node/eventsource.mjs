// The npm package `eventsource`: the standard's interface in Node.
import { EventSource } from "eventsource";

const KINDS = ["snapshot", "tool_call", "log", "flow", "message", "preview", "end"];

const source = new EventSource(process.argv[2]);
for (const kind of KINDS) {
  source.addEventListener(kind, (event) =>
    console.log(JSON.stringify({ id: event.lastEventId, event: event.type, data: event.data })),
  );
}
