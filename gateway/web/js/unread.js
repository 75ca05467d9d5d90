// What ended while nobody looked: when this message was last seen is kept in the browser.

import { element } from "./dom.js";

/** A pill that says how much ended unseen, and lets it go. @param {import("./client/board.js").Board} board */
export function unreadPill(board) {
  const key = `toolreel-seen ${location.pathname}`;
  const pill = element("button", { class: "pill unread", type: "button", hidden: true, data: { tone: "accent" } });
  const dismiss = () => {
    pill.hidden = true;
    board.markSince(Infinity);
  };
  pill.onclick = dismiss;
  const look = () => {
    const seen = Number(localStorage.getItem(key) ?? Infinity);
    const count = board.markSince(seen);
    pill.textContent = `${count} finished while you were away`;
    pill.hidden = count === 0;
  };
  const leave = () => localStorage.setItem(key, String(Date.now()));
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () =>
    document.visibilityState === "hidden" ? leave() : setTimeout(look, 500),
  );
  return { pill, look };
}
