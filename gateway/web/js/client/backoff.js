// How long to wait before the next try.

const FIRST_MS = 500;
const MOST_MS = 15_000;

/** Milliseconds before try `n` (from 0): twice as long each time, up to 15 s, of which chance takes up to a half. */
export function backoffMs(n, chance = Math.random()) {
  return Math.min(MOST_MS, FIRST_MS * 2 ** n) * (0.5 + 0.5 * chance);
}
