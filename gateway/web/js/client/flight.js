// Cards that change their place glide there: each is put where it was by a transform, which is then let go. (FLIP)

const TOOK = { duration: 220, easing: "cubic-bezier(.2,.8,.2,1)" };
const MOST = 80;
const LEAST_PX = 1;

/** Move things by `change`; those of `elements` that are elsewhere afterwards glide there. */
export function glide(elements, change) {
  const before = elements.length <= MOST ? new Map(elements.map((one) => [one, one.getBoundingClientRect()])) : new Map();
  change();
  for (const [element, from] of before) {
    if (!from.height || !element.isConnected) continue;
    const to = element.getBoundingClientRect();
    const [x, y] = [from.left - to.left, from.top - to.top];
    if (!to.height || Math.abs(x) + Math.abs(y) < LEAST_PX) continue;
    element.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], TOOK);
  }
}

/** Put a node before another one of a list, keeping the focus that may be in it. */
export function putBefore(list, node, next) {
  if (node.isConnected && list.isConnected && list.moveBefore) list.moveBefore(node, next);
  else list.insertBefore(node, next);
}

export function mayMove() {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches;
}
