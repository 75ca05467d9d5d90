// `<toolreel-message app="…" message="…">`: the cards of a message, in any page.

import { Board } from "./board.js";
import { make } from "./glyphs.js";
import { STYLE } from "./style.js";

const Base = globalThis.HTMLElement ?? class {}; // in a worker there are no elements

let sheet = null;

/**
 * Attributes: `app`, `message`; `base` (where Toolreel is); `density` (auto, comfortable, compact); `controls` (`off` leaves
 * the buttons away); `trace` (where the trace page is). Property `token`: a function that gives a token; without it the
 * session's cookie is used. Colours and fonts by CSS variables: see docs/examples.
 */
export class ToolreelMessage extends Base {
  static connect = null;
  /** @type {((refused: boolean) => Promise<string>) | undefined} */
  token;
  /** The message that is shown. Set it to show one that the page has connected itself. */
  source = null;
  board = new Board();
  #own = false;
  #empty = make("p", "empty", "Nothing has been submitted yet. Tool calls appear here as they come.");

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles()];
    this.#empty.hidden = true;
    root.replaceChildren(this.board.root, this.#empty);
    this.board.traceUrl = this.getAttribute("trace");
    this.board.mayControl = this.getAttribute("controls") !== "off";
    this.board.density = this.getAttribute("density") ?? "auto";
    this.#own = !this.source;
    this.source ??= ToolreelMessage.connect(this.#options());
    this.source.addEventListener("change", this.#look);
    this.board.show(this.source);
    this.#learn(this.board);
    this.#look();
  }

  disconnectedCallback() {
    this.board.close();
    this.source.removeEventListener("change", this.#look);
    if (this.#own) {
      this.source.close();
      this.source = null;
    }
    this.board = new Board();
  }

  /** Without the tools' catalog all stages count alike. */
  async #learn(board) {
    const ends = await this.source.stageEnds().catch(() => ({}));
    board.learn(ends);
  }

  #look = () => {
    this.#empty.hidden = !this.source.known || this.source.store.calls.size > 0;
  };

  #options() {
    const [app, message] = [this.getAttribute("app"), this.getAttribute("message")];
    if (!app || !message) throw new TypeError("<toolreel-message> needs the attributes app and message");
    return { app, message, base: this.getAttribute("base") ?? undefined, token: this.token };
  }
}

/** One sheet for all elements. A page's policy lets scripts make it where it would forbid a `<style>`. */
function styles() {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
  }
  return sheet;
}
