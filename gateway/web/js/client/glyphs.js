// The icons of states and controls: strokes in a square of 16. No I/O.

const SVG = "http://www.w3.org/2000/svg";

export const GLYPHS = {
  queued: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11",
  waiting: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M8 5v3l2 1.5",
  retrying: "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.3h-2.3",
  running: "M5.5 3.8v8.4L12.3 8z",
  pausing: "M5.5 4v8M10.5 4v8",
  cancelling: "M4.5 8h7",
  failed: "M8 3.5v5.5M8 12v.2",
  succeeded: "M3.5 8.5l3 3 6-6.5",
  chevron: "M4.5 6.5L8 10l3.5-3.5",
  pause: "M5.5 4v8M10.5 4v8",
  resume: "M5.5 3.8v8.4L12.3 8z",
  cancel: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  retry: "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.3h-2.3",
};
const ALIKE = {
  starting: "queued",
  paused: "pausing",
  resuming: "running",
  cancelled: "cancelling",
  lost: "retrying",
};

/** An `<svg>`; `draw` makes it another one. */
export function glyph(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"));
  draw(svg, name);
  return svg;
}

export function draw(svg, name) {
  svg.firstChild.setAttribute("d", GLYPHS[name] ?? GLYPHS[ALIKE[name]]);
}

/** An element with a class and, as text, content. */
export function make(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
