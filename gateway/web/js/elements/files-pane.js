// The app's files as they are now, and the content of one of them.

import { element } from "../dom.js";
import { bytes } from "../format.js";
import { get } from "../api.js";

const EVERY_MS = 700;
const MOST_BYTES = 64 * 1024;

/** `<files-pane>`; `open(app)` begins, `refresh()` after each change. */
export class FilesPane extends HTMLElement {
  #app = "";
  #files = null;
  #changed = new Set();
  #problem = "";
  #timer = 0;
  #shown = null;
  #rows = new Map();
  #rest = element("div");
  #list = element("ul", { class: "files" });
  #file = element("div", { class: "file", hidden: true });

  connectedCallback() {
    this.append(this.#rest, this.#list, this.#file);
  }

  open(app) {
    this.#app = app;
    this.#read();
  }

  /** The files may have changed: read them again, but not too often. */
  refresh() {
    this.#timer ||= setTimeout(() => {
      this.#timer = 0;
      this.#read();
    }, EVERY_MS);
  }

  async #read() {
    try {
      const { files } = await get(`/v1/apps/${this.#app}/files`);
      const known = new Map(this.#files?.map((file) => [file.path, file.version]));
      this.#changed = new Set(
        this.#files ? files.filter((file) => known.get(file.path) !== file.version).map((file) => file.path) : [],
      );
      this.#files = files;
      this.#problem = "";
    } catch (error) {
      this.#problem = `The files cannot be read: ${error.message}`;
    }
    this.#draw();
    if (this.#shown && this.#changed.has(this.#shown)) this.#show(this.#shown);
  }

  #draw() {
    const files = this.#files ?? [];
    const shown = new Map(this.#rows);
    this.#rows = new Map(files.map((file) => [file.path, shown.get(file.path) ?? this.#row(file.path)]));
    for (const file of files) fill(this.#rows.get(file.path), file, this.#changed.has(file.path));
    this.#rest.replaceChildren(...this.#words(files));
    const rows = [...this.#rows.values()];
    if (rows.some((row, place) => row !== this.#list.children[place]) || rows.length !== this.#list.childElementCount) {
      this.#list.replaceChildren(...rows);
    }
  }

  #words(files) {
    if (this.#problem) return [element("p", { class: "problem" }, this.#problem)];
    if (files.length || !this.#files) return [];
    return [
      element("p", { class: "empty" }, element("strong", {}, "No files yet"), "What the tools write appears here."),
    ];
  }

  #row(path) {
    const shown = element("span", { class: "path" }, folder(path), element("b", {}, name(path)));
    const figures = [element("span", { class: "version" }), element("span", { class: "size" })];
    return element("li", {}, element("button", { type: "button", onclick: () => this.#show(path) }, shown, ...figures));
  }

  async #show(path) {
    this.#shown = path;
    const url = `/v1/apps/${this.#app}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
    const text = await contentOf(url);
    if (this.#shown !== path) return;
    const back = element(
      "button",
      { class: "button", type: "button", onclick: () => this.#back(path), data: { kind: "plain" } },
      "‹ All files",
    );
    const content = element("pre", { tabIndex: 0, role: "region", "aria-label": `Content of ${path}` }, text);
    this.#file.replaceChildren(element("div", { class: "file-head" }, back, element("code", {}, path)), content);
    this.#list.hidden = true;
    this.#file.hidden = false;
    back.focus();
  }

  #back(path) {
    this.#shown = null;
    this.#file.hidden = true;
    this.#list.hidden = false;
    this.#rows.get(path)?.firstChild.focus();
  }
}

async function contentOf(url) {
  try {
    const answer = await fetch(url);
    if (!answer.ok) return `This file cannot be shown: the gateway answered ${answer.status}.`;
    const content = new Uint8Array(await answer.arrayBuffer());
    const text = new TextDecoder().decode(content.subarray(0, MOST_BYTES));
    if (text.includes("\0")) return `${bytes(content.length)} that are no text.`;
    return content.length > MOST_BYTES ? `${text}\n… and ${bytes(content.length - MOST_BYTES)} more` : text;
  } catch (error) {
    return `This file cannot be shown: ${error.message}`;
  }
}

function fill(row, { version, size }, changed) {
  row.toggleAttribute("data-changed", changed);
  row.querySelector(".version").textContent = `v${version}`;
  row.querySelector(".size").textContent = bytes(size);
}

function folder(path) {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function name(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

customElements.define("files-pane", FilesPane);
