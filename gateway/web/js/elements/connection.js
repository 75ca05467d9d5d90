// How the page is connected: a pill in the top bar, and a banner when it lasts.

import { element } from "../dom.js";

const BANNER_AFTER_MS = 1500;
const SHOWN = {
  connecting: ["Connecting…", ""],
  live: ["Live", "good"],
  reconnecting: ["Reconnecting…", "warn"],
  denied: ["Signed out", "bad"],
  idle: ["Resting", ""],
};

/** `<connection-pill>`; `show` says how things are, `reconnect` is called when someone wants to try now. */
export class ConnectionPill extends HTMLElement {
  reconnect = () => {};
  #words = element("span");
  #banner = element("div", { class: "banner", role: "alert", hidden: true });
  #timer = 0;

  connectedCallback() {
    this.classList.add("pill");
    this.append(element("span", { class: "dot" }), this.#words);
    const again = element(
      "button",
      { class: "button", type: "button", onclick: () => this.reconnect() },
      "Reconnect now",
    );
    this.#banner.append(
      element("span", {}, "Connection lost. Your tools keep running; this page will catch up on its own."),
      again,
    );
    document.body.append(this.#banner);
  }

  /** `ended` are words that take the place of “Live” when nothing is left to come, `held` when the picture stands still. */
  show(status, { ended = "", held = "" } = {}) {
    const isLive = status === "live";
    const [words, tone] = held && isLive ? [held, "accent"] : ended && isLive ? [ended, ""] : SHOWN[status];
    if (this.#words.textContent !== words) this.#words.textContent = words;
    this.dataset.tone = tone;
    this.dataset.status = status;
    this.#warn(status === "reconnecting");
  }

  /** The banner comes some time after the first loss; tries in between do not put it off. */
  #warn(lost) {
    if (!lost) {
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.#banner.hidden = true;
      return;
    }
    this.#timer ||= setTimeout(() => (this.#banner.hidden = false), BANNER_AFTER_MS);
  }
}

customElements.define("connection-pill", ConnectionPill);
