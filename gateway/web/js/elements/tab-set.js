// Tabs, as the ARIA pattern has them: arrows move, what is chosen is shown.

import { element } from "../dom.js";

/** A tab list for panels `[name, title, panel]`. @returns {{list: HTMLElement, choose: (name: string) => void}} */
export function tabSet(label, panels) {
  const tabs = panels.map(([name, title]) =>
    element(
      "button",
      { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, data: { name } },
      title,
    ),
  );
  const list = element("div", { class: "tabs", role: "tablist", "aria-label": label }, ...tabs);
  panels.forEach(([name, , panel]) => {
    panel.id = `panel-${name}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${name}`);
  });
  const choose = (name) => {
    tabs.forEach((tab, place) => {
      const chosen = tab.dataset.name === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      panels[place][2].toggleAttribute("data-chosen", chosen);
    });
    list.dispatchEvent(new CustomEvent("choose", { detail: name }));
  };
  list.addEventListener("click", (event) => event.target.dataset.name && choose(event.target.dataset.name));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const shown = tabs.filter((tab) => tab.offsetParent !== null);
    const next = shown[(shown.indexOf(document.activeElement) + step + shown.length) % shown.length];
    next.focus();
    choose(next.dataset.name);
  });
  choose(panels[0][0]);
  return { list, choose };
}
