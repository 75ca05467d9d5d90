// The npm package `eventsource-client`: events as an async iterator.
import { createEventSource } from "eventsource-client";

const source = createEventSource({ url: process.argv[2] });
for await (const { id, event, data } of source) {
  console.log(JSON.stringify({ id, event, data }));
}
