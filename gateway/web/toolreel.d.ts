// The types of toolreel.js.

/** The version of this client; pages with the same one share a worker. */
export const VERSION: string;

export type Status = "queued" | "running" | "pausing" | "paused" | "cancelling" | "succeeded" | "failed" | "cancelled";

/** A tool call's whole state, as the API has it; `/docs` describes each field. */
export interface CallState {
  id: string;
  app_id: string;
  message_id: string;
  index: number;
  name: string;
  status: Status;
  stage: string | null;
  stages: string[];
  progress: number;
  attempt: number;
  version: number;
  variant: "enhanced" | "basic";
  waiting_for: string[];
  origin: "client" | "system";
  pausable: "anywhere" | "step" | "no";
  title: string;
  target: string | null;
  paused_ms: number;
  next_attempt_at: string | null;
  detail: { note?: string };
  result: Record<string, unknown> | null;
  error: { type: string; title: string; detail: string; retryable: boolean } | null;
  submitted_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export type FlowPart = { type: "text"; text: string } | { type: "tool_calls"; ids: string[] };

export interface LogLines {
  message_id: string;
  tool_call_id: string;
  attempt: number;
  stage: string | null;
  lines: string[];
}

export type Connection = "connecting" | "live" | "reconnecting" | "denied" | "idle";
export type Control = "pause" | "resume" | "cancel" | "retry";

export interface Options {
  app: string;
  message: string;
  /** Where Toolreel is; this page's own origin by default. */
  base?: string;
  /** Gives a token; asked anew, with `true`, when one was refused. Without it the session's cookie is used. */
  token?: (refused: boolean) => Promise<string>;
  /** Listen to the app's stream, which all pages of the app share; needs a token for the whole app. */
  wholeApp?: boolean;
  /** Whether pages may share a SharedWorker; true by default. */
  worker?: boolean;
}

export interface MessageEvents {
  /** Calls have changed: `ids`; after a snapshot `all` of the message may have. */
  change: CustomEvent<{ ids: string[]; all: boolean }>;
  connection: CustomEvent<{ status: Connection }>;
  log: CustomEvent<LogLines>;
  preview: CustomEvent<Record<string, unknown>>;
}

/** A message, kept up to date by its stream until it is closed. */
export class Message extends EventTarget {
  private constructor();
  readonly store: {
    readonly calls: ReadonlyMap<string, CallState>;
    readonly flow: readonly FlowPart[];
    readonly status: "running" | "idle";
  };
  /** The calls in the order in which they were submitted. */
  readonly calls: CallState[];
  readonly connection: Connection;
  /** Whether the state was read; before that there are no calls. */
  readonly known: boolean;
  /** Controls that were asked for and are not acknowledged yet, by call. */
  readonly pending: ReadonlyMap<string, Control>;
  /** Ask for a control of one call, or without an id of all; resolves with the states once it is acknowledged. */
  pause(id?: string): Promise<CallState[]>;
  resume(id?: string): Promise<CallState[]>;
  cancel(id?: string): Promise<CallState[]>;
  retry(id: string): Promise<CallState[]>;
  /** Try to connect now, for example after a sign-in. */
  reconnect(): void;
  /** Ask the gateway to gather events over so many milliseconds (50 by default, at most 1000). */
  gather(ms: number): void;
  /** Read what the API has below this message, like `/tool-calls/call_1`. */
  get(below?: string): Promise<unknown>;
  /** Where each tool's stages end, in percent of a call. */
  stageEnds(): Promise<Record<string, number[]>>;
  close(): void;
  addEventListener<K extends keyof MessageEvents>(
    type: K,
    listener: (event: MessageEvents[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Watch a message. */
export function connect(options: Options): Message;

/** All events of an app. Tells by `events` (detail: the contract's events, in order) and `connection` (detail.status). */
export class Feed extends EventTarget {
  readonly connection: Connection;
  /** Try to connect now, for example after a sign-in. */
  reconnect(): void;
  close(): void;
}

/** Follow all events of an app, as whoever has the session's cookie. */
export function follow(options: { app: string; base?: string }): Feed;

/** Rejects a control that was not acknowledged; `denied` when one has to sign in first. */
export class ControlFailed extends Error {
  readonly denied: boolean;
}

/** Whether a control can be meant for a call as it stands. */
export function applies(control: Control, call: CallState): boolean;

/** Milliseconds in words: `0.4 s`, `12 s`, `3:07`, `2 h 5 min`. */
export function duration(ms: number): string;

/** `<toolreel-message app message base? density? controls? trace?>`: the cards of a message. */
export class ToolreelMessage extends HTMLElement {
  token?: (refused: boolean) => Promise<string>;
  /** The message that is shown; set it before the element is put into the page to show one that is connected already. */
  source: Message | null;
}

declare global {
  interface HTMLElementTagNameMap {
    "toolreel-message": ToolreelMessage;
  }
}
