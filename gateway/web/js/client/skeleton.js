// The elements of a card: made once, filled by the card.

import { StageBar } from "./bar.js";
import { glyph, make } from "./glyphs.js";

let made = 0;

/** @param {{onControl: (name: string) => void, onOpen: () => void}} on what its buttons do */
export function skeleton({ onControl, onOpen }) {
  const id = `title-${++made}`;
  const found = { root: make("li", "card"), mark: make("span", "mark"), title: make("span", "title") };
  for (const name of ["word", "note", "percent", "time"]) found[name] = make("span", name);
  for (const name of ["toggle", "retry", "cancel"]) found[name] = control(onControl);
  Object.assign(found, {
    bar: new StageBar(id),
    about: make("p", "about"),
    more: make("div", "more"),
    open: disclosure(id, onOpen),
  });
  found.title.id = id;
  found.root.tabIndex = -1;
  found.root.setAttribute("aria-labelledby", id);
  found.mark.append(glyph("queued"));
  found.about.hidden = found.more.hidden = true;
  lay(found);
  return found;
}

function lay({ root, mark, title, word, note, percent, time, toggle, retry, cancel, open, bar, about, more }) {
  const head = within("head", title);
  const meta = within("meta", word, note);
  const figures = within("figures", percent, time);
  const controls = within("controls", toggle, retry, cancel, open);
  root.append(mark, head, meta, figures, controls, bar.root, about, more);
}

function within(className, ...parts) {
  const whole = make("div", className);
  whole.append(...parts);
  return whole;
}

function control(onControl) {
  const button = make("button", "control");
  button.type = "button";
  button.append(glyph("pause"), make("span"));
  button.onclick = () => button.getAttribute("aria-disabled") !== "true" && onControl(button.dataset.name);
  return button;
}

function disclosure(titleId, onOpen) {
  const button = make("button", "control open");
  button.type = "button";
  button.title = "Details";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", "Details");
  button.setAttribute("aria-describedby", titleId);
  button.append(glyph("chevron"));
  button.onclick = onOpen;
  return button;
}

/** A call's title, in which what it is about stands out. */
export function entitle(element, { title, name, target }) {
  const words = title || name;
  const at = target ? words.indexOf(target) : -1;
  if (at < 0) element.textContent = words;
  else element.append(words.slice(0, at), make("code", "", target), words.slice(at + target.length));
  element.title = words;
}
