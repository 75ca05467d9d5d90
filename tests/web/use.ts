// What a page in TypeScript may write; the compiler holds the types to it.

import { applies, connect, ControlFailed, duration, type CallState, type Message } from "./toolreel.js";

const message: Message = connect({ app: "demo", message: "m1", token: async (refused) => (refused ? "new" : "old") });
message.addEventListener("change", ({ detail }) =>
  detail.ids.map((id) => message.store.calls.get(id)?.title.toUpperCase()),
);
message.addEventListener("log", ({ detail }) => detail.lines.join("\n"));

export async function pauseAll(): Promise<CallState[]> {
  try {
    return await message.pause();
  } catch (error) {
    if (error instanceof ControlFailed && error.denied) message.reconnect();
    return message.calls.filter((call) => applies("pause", call) && duration(call.paused_ms) !== "");
  }
}

// @ts-expect-error a call is run again one by one
void message.retry();

document.createElement("toolreel-message").source = message;
