// The bar on top of every page: where one is, where one can go, the theme, and signing out.

import { element, icon } from "../dom.js";
import { signOut } from "../session.js";

const PLACES = [
  ["start", "/", "Messages"],
  ["history", "/history", "History"],
];
const THEMES = ["system", "light", "dark"];
const THEME_ICON = "M13.2 9.6A5.5 5.5 0 1 1 6.4 2.8a4.4 4.4 0 0 0 6.8 6.8z";
const LEAVE_ICON = "M6 2.5H3.5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1H6M10 11l3-3-3-3M13 8H6";

/** `<top-bar current="history">`; what the page puts into `bar.end` stands beside the links. */
export class TopBar extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    const brand = element("a", { class: "brand", href: "/", "aria-label": "Toolreel" });
    brand.append(element("img", { src: "/static/icon.svg", alt: "" }), element("span", {}, "Toolreel"));
    const nav = element("nav", { class: "nav", "aria-label": "Pages" }, ...PLACES.map((place) => this.#link(place)));
    this.end = element("div", { class: "bar-state" });
    this.leave = iconButton("Sign out", LEAVE_ICON, signOut);
    this.leave.hidden = true;
    const end = element("div", { class: "bar-end" }, this.leave, themeButton());
    this.append(element("div", { class: "bar" }, brand, nav, this.end, end));
  }

  /** Say that someone is signed in, who may sign out. */
  signedIn() {
    this.leave.hidden = false;
  }

  #link([name, href, words]) {
    const current = this.getAttribute("current") === name ? "page" : null;
    return element("a", { href, "aria-current": current }, words);
  }
}

function iconButton(words, path, onclick) {
  return element(
    "button",
    { class: "icon-button", type: "button", "aria-label": words, title: words, onclick },
    icon(path),
  );
}

function themeButton() {
  const root = document.documentElement;
  const button = iconButton("", THEME_ICON, () => {
    root.dataset.theme = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % THEMES.length];
    localStorage.setItem("toolreel-theme", root.dataset.theme);
    say();
  });
  const say = () => {
    const words = `Theme: ${root.dataset.theme}`;
    button.title = words;
    button.setAttribute("aria-label", words);
  };
  say();
  return button;
}

customElements.define("top-bar", TopBar);
