// Where things stand: each is put at its height by a transform, so that what comes, goes or grows never shifts the layout of
// the rest; it glides there where motion is wanted.

const GAPS = { comfortable: 8, compact: 4, row: 0 };
const BETWEEN_GROUPS = 24;

export class Places {
  #root;
  #items = () => [];
  #width = 0;
  #heights = new WeakMap();
  #tops = new WeakMap();
  #resized = new ResizeObserver((entries) => this.#heed(entries));

  /** @param {HTMLElement} root what they stand in */
  constructor(root) {
    this.#root = root;
    this.#resized.observe(root);
  }

  /** Put things one below the other. @param {() => {element: HTMLElement, opens: boolean}[]} items in their order */
  set(items) {
    this.#items = items;
    this.#put();
  }

  again() {
    this.#put();
  }

  close() {
    this.#resized.disconnect();
  }

  #put() {
    const shown = this.#items().filter(({ element }) => element.offsetParent !== null);
    const heights = shown.map(({ element }) => element.offsetHeight); // all read, then all written
    let y = 0;
    shown.forEach(({ element, opens }, place) => {
      const isFirst = shown[place - 1]?.opens;
      y += place === 0 || isFirst ? 0 : opens ? BETWEEN_GROUPS : (GAPS[element.dataset.form] ?? GAPS.comfortable);
      this.#move(element, y, heights[place]);
      y += heights[place];
    });
    this.#root.style.height = `${y}px`;
  }

  /** What stands for the first time does not glide there. */
  #move(element, y, height) {
    if (this.#tops.get(element) !== y) element.style.transform = `translateY(${y}px)`;
    this.#tops.set(element, y);
    if (!this.#heights.has(element)) {
      this.#resized.observe(element);
      requestAnimationFrame(() => element.toggleAttribute("data-placed", true));
    }
    this.#heights.set(element, height);
  }

  #heed(entries) {
    const isWider = this.#root.offsetWidth !== this.#width;
    this.#width = this.#root.offsetWidth;
    const grew = ({ target }) => target !== this.#root && target.offsetHeight !== this.#heights.get(target);
    if (isWider || entries.some(grew)) this.#put();
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
