// What of the history is shown: which app, which status. The address says it, so a link shows the same.

import { get } from "../api.js";
import { element } from "../dom.js";

const STATUSES = [
  ["", "All"],
  ["running", "Running"],
  ["idle", "Ended"],
  ["failed", "Failed"],
];
const APP_ID = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MOST_APPS = 200;

/** What the address asks for. */
export function asked() {
  const query = new URLSearchParams(location.search);
  const status = query.get("status") ?? "";
  return { app: query.get("app") ?? "", status: STATUSES.some(([name]) => name === status) ? status : "" };
}

/** Tells by the event `change` that the address asks for something else. */
export class Filters extends EventTarget {
  /** What stands at the end of the bar. */
  end = element("span", { class: "filters-end" });
  #app = element("input", { class: "input", type: "search", placeholder: "All apps", "aria-label": "App", autocomplete: "off", spellcheck: false });
  #names = element("datalist", { id: "apps" });
  #buttons = new Map();
  root;

  /** @param {string | null} only the one app that someone may see */
  constructor(only) {
    super();
    const statuses = element("div", { class: "segments", role: "group", "aria-label": "Status" });
    for (const [name, words] of STATUSES) {
      const button = element("button", { type: "button", onclick: () => this.#go({ ...asked(), status: name }) }, words);
      this.#buttons.set(name, button);
      statuses.append(button);
    }
    this.#app.setAttribute("list", "apps");
    this.#app.addEventListener("change", () => this.#choose());
    this.#app.addEventListener("input", (event) => this.#isPick(event) && this.#choose());
    this.#app.hidden = only !== null;
    this.root = element("div", { class: "tools filters" }, this.#app, this.#names, statuses, this.end);
    addEventListener("popstate", () => this.#changed());
    if (only === null) this.#learn();
    this.show();
  }

  show() {
    const { app, status } = asked();
    this.#app.value = app;
    for (const [name, button] of this.#buttons) button.setAttribute("aria-pressed", String(name === status));
  }

  focus() {
    this.#app.focus();
    this.#app.select();
  }

  /** A name that was picked from the list, or the whole text taken away, needs no Enter. */
  #isPick(event) {
    return this.#app.value === "" || event.inputType === "insertReplacementText" || !event.inputType;
  }

  #choose() {
    const app = this.#app.value.trim().toLowerCase();
    this.#app.setCustomValidity(app && !APP_ID.test(app) ? "An app's id has small letters, digits and dashes." : "");
    if (this.#app.reportValidity() && app !== asked().app) this.#go({ ...asked(), app });
  }

  #go({ app, status }) {
    const query = new URLSearchParams({ ...(app && { app }), ...(status && { status }) }).toString();
    history.pushState(null, "", query ? `?${query}` : location.pathname);
    this.#changed();
  }

  #changed() {
    this.show();
    this.dispatchEvent(new CustomEvent("change"));
  }

  async #learn() {
    const { apps } = await get(`/v1/apps?limit=${MOST_APPS}`).catch(() => ({ apps: [] })); // a name can be typed all the same
    this.#names.replaceChildren(...apps.map((one) => element("option", { value: one.app_id })));
  }
}
