// Sizes and times in words.

export { duration } from "../toolreel.js";

const UNITS = ["B", "KB", "MB", "GB"];

/** `820 B`, `1.4 KB`. */
export function bytes(count) {
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const MINUTE = 60_000;

/** `14:02`. */
export function clock(instant) {
  return CLOCK.format(new Date(instant));
}

/** `just now`, `5 min ago`, `14:02`, or with the day when it was another one. */
export function ago(instant, now = Date.now()) {
  const ms = now - Date.parse(instant);
  if (ms < MINUTE) return "just now";
  if (ms < 60 * MINUTE) return `${Math.floor(ms / MINUTE)} min ago`;
  const sameDay = new Date(instant).toDateString() === new Date(now).toDateString();
  return (sameDay ? CLOCK : DAY).format(new Date(instant));
}

/** `1 call`, `3 calls`. */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
