// Times and states in words. No I/O.

/** `0.4 s`, `12 s`, `3:07`, `2 h 5 min`. */
export function duration(ms) {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A stage's or tool's name as a word: `generating-image` is `Generating image`. */
export function spoken(name) {
  const words = name.replaceAll(/[-_]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How long a call has run, paused time left out; null before it starts. */
export function ranMs(call, nowMs) {
  if (!call.started_at) return null;
  const end = call.finished_at ? Date.parse(call.finished_at) : nowMs;
  return Math.max(0, end - Date.parse(call.started_at) - call.paused_ms);
}
