// Words and exact times of the trace. No I/O.

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** `generating-image` is `Generating image`. */
export function spoken(name) {
  const words = name.replaceAll(/[-_]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A time to compare with others: `4 ms`, `1.25 s`, `14.0 s`, `3:07`, `2 h 5 min`. */
export function exact(ms) {
  if (ms === 0) return "0";
  if (ms < SECOND) return `${Math.round(Math.max(0, ms))} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(2)} s`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}:${String(Math.floor((ms % MINUTE) / SECOND)).padStart(2, "0")}`;
  return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
}

/** A place on the axis: `0`, `50 ms`, `2 s`, `1:30`, `2:00 h`. */
export function mark(ms) {
  if (ms === 0) return "0";
  if (ms < SECOND) return `${ms} ms`;
  if (ms < MINUTE) return `${ms / SECOND} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}:${String(Math.floor((ms % MINUTE) / SECOND)).padStart(2, "0")}`;
  return `${Math.floor(ms / HOUR)}:${String(Math.floor((ms % HOUR) / MINUTE)).padStart(2, "0")} h`;
}

/** How long nothing happened, roughly: `40 s`, `12 min`, `2 h`, `3 d`. */
export function roughly(ms) {
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  return ms < 48 * HOUR ? `${Math.round(ms / HOUR)} h` : `${Math.round(ms / (24 * HOUR))} d`;
}

/** Day and time, to the second. */
export function moment(instant) {
  return TIME.format(new Date(instant));
}
