// Asking the API as whoever is signed in.

import { reasonOf } from "./session.js";

/** Raised when the API does not answer well; `status` is 0 without any answer. */
export class ApiFailed extends Error {
  constructor(words, status) {
    super(words);
    this.status = status;
  }
}

/** What a path has. */
export function get(path) {
  return asked(path, {});
}

/** Send JSON to a path; a repetition with the same key does nothing twice. */
export function post(path, body, key) {
  const headers = { "Content-Type": "application/json", ...(key && { "Idempotency-Key": key }) };
  return asked(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function asked(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new ApiFailed("Toolreel cannot be reached", 0);
  }
  if (!answer.ok) throw new ApiFailed(await reasonOf(answer), answer.status);
  return answer.json();
}
