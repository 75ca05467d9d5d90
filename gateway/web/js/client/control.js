// Asking for a pause, resume, cancel or retry: with an idempotency key, so that it may be asked again, for five seconds.

import { uniqueId } from "./link.js";

const PATIENCE_MS = 5000;
const AGAIN_MS = 300;

/** Raised when a control was not acknowledged; `denied` when one has to sign in first. */
export class ControlFailed extends Error {
  constructor(words, { denied = false } = {}) {
    super(words);
    this.name = "ControlFailed";
    this.denied = denied;
  }
}

/**
 * The state, or the states, that the gateway acknowledges with. That a call has ended already is no failure.
 * @param {string} url
 * @param {(refused: boolean) => Promise<Record<string, string>>} headers what says who we are; anew, when that was refused
 */
export async function ask(url, headers) {
  const key = uniqueId();
  const until = Date.now() + PATIENCE_MS;
  let refused = false;
  for (let tries = 0; ; tries++) {
    const answer = await attempt(url, key, await headers(refused), until);
    if (answer?.ok) return answer.json();
    if (answer?.status === 409) return (await stateIn(answer)) ?? fail(await words(answer));
    if (answer?.status === 403) return fail(await words(answer));
    if (answer?.status === 401 && refused) throw new ControlFailed("sign in first", { denied: true });
    refused = answer?.status === 401;
    if (refused) continue;
    const passing = !answer || answer.status === 503 || answer.status === 429;
    if (!passing) return fail(await words(answer));
    if (Date.now() + AGAIN_MS * 2 ** tries > until) {
      return fail(answer ? await words(answer) : "Toolreel did not answer");
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS * 2 ** tries));
  }
}

async function attempt(url, key, own, until) {
  try {
    return await fetch(url, {
      method: "POST",
      headers: { "Idempotency-Key": key, ...own },
      credentials: own.Authorization ? "omit" : "include",
      signal: AbortSignal.timeout(Math.max(1, until - Date.now())),
    });
  } catch {
    return null; // no connection, or no answer in time: the same key may be sent again
  }
}

async function stateIn(answer) {
  return (
    (
      await answer
        .clone()
        .json()
        .catch(() => null)
    )?.tool_call ?? null
  );
}

async function words(answer) {
  return (await answer.json().catch(() => null))?.detail ?? `Toolreel answered ${answer.status}`;
}

function fail(text) {
  throw new ControlFailed(text);
}
