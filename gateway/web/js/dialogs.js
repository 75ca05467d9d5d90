// Two questions that the page may ask, in dialogs of the browser's own.

import { element } from "./dom.js";
import { areKeysOn, KEYS, switchKeys } from "./keyboard.js";

/** Whether someone means it. */
export function confirm(title, words, yes) {
  const [no, sure] = [
    element("button", { class: "button", value: "" }, "Keep running"),
    element("button", { class: "button", value: "yes", data: { kind: "danger" } }, yes),
  ];
  const form = element("form", { method: "dialog" }, element("h2", {}, title), element("p", {}, words));
  form.append(element("div", { class: "actions" }, no, sure));
  return shown(element("dialog", { "aria-label": title }, form)).then((value) => value === "yes");
}

/** The keys, and the switch that turns them off. */
export function help() {
  const list = element("dl", { class: "keys" });
  for (const [keys, words] of KEYS) {
    const shown = keys.split(/ (?:\/|\+) /).map((key) => element("kbd", {}, key));
    list.append(element("div", {}, element("dt", {}, ...shown), element("dd", {}, words)));
  }
  const box = element("input", { type: "checkbox", checked: areKeysOn(), onchange: () => switchKeys(box.checked) });
  const form = element("form", { method: "dialog" }, element("h2", {}, "Keys"), list);
  form.append(element("label", { class: "check" }, box, "Single keys are on"));
  form.append(element("div", { class: "actions" }, element("button", { class: "button", value: "" }, "Close")));
  return shown(element("dialog", { "aria-label": "Keys" }, form));
}

function shown(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}
