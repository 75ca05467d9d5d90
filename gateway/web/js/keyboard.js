// The keys of the stream page. They are off while someone types, with a modifier, and when they were switched off.

const OFF = "toolreel-keys-off";

export const KEYS = [
  ["j / k", "Next or previous card"],
  ["p", "Pause or resume"],
  ["x", "Cancel"],
  ["r", "Retry"],
  ["Enter", "Open the details"],
  ["Shift + P", "Pause or resume all"],
  ["h", "Hold the picture still"],
  ["/", "Filter"],
  ["?", "This help"],
];

export function areKeysOn() {
  return localStorage.getItem(OFF) === null;
}

export function switchKeys(on) {
  if (on) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

/**
 * Listen to the keys for a board.
 * @param {{board: import("./client/board.js").Board, all: () => void, hold: () => void, filter: () => void, help: () => void}} on
 */
export function listen({ board, all, hold, filter, help }) {
  const card = (act) => () => board.current && act(board.current);
  const actions = {
    j: () => board.go(1),
    k: () => board.go(-1),
    p: card((one) => one.toggle()),
    x: card((one) => one.act("cancel")),
    r: card((one) => one.act("retry")),
    P: all,
    h: hold,
    "/": filter,
    "?": help,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !areKeysOn() || isBusy(event)) return;
    const isCard = event.key === "Enter" && board.focused === board.current?.root;
    const action = isCard ? card((one) => one.disclose()) : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function isBusy(event) {
  const [target] = event.composedPath();
  return document.querySelector("dialog[open]") !== null || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName ?? "");
}
