// The divider between two panels: it is dragged, or moved by the arrow keys, and stays where it was left.

import { element } from "../dom.js";

const KEY = "toolreel-trace-split";
const [LEAST, MOST, USUAL, STEP] = [30, 80, 62, 2];

/** A divider for a container, whose first column is `--split` wide. */
export function divider(container) {
  const made = element("div", { class: "divider", role: "separator", tabIndex: 0, "aria-label": "Width of the calls" });
  made.setAttribute("aria-orientation", "vertical");
  made.setAttribute("aria-valuemin", String(LEAST));
  made.setAttribute("aria-valuemax", String(MOST));
  const set = (share) => {
    const kept = Math.round(Math.min(MOST, Math.max(LEAST, share)));
    container.style.setProperty("--split", `${kept}%`);
    made.setAttribute("aria-valuenow", String(kept));
    localStorage.setItem(KEY, String(kept));
  };
  const now = () => Number(made.getAttribute("aria-valuenow"));
  made.addEventListener("pointerdown", (event) => {
    made.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  made.addEventListener("pointermove", (event) => {
    if (!made.hasPointerCapture(event.pointerId)) return;
    const box = container.getBoundingClientRect();
    set((100 * (event.clientX - box.left)) / box.width);
  });
  made.addEventListener("keydown", (event) => {
    const share = { ArrowLeft: now() - STEP, ArrowRight: now() + STEP, Home: LEAST, End: MOST }[event.key];
    if (share === undefined) return;
    event.preventDefault();
    set(share);
  });
  made.addEventListener("dblclick", () => set(USUAL));
  set(Number(localStorage.getItem(KEY)) || USUAL);
  return made;
}
