// The form for who comes without a session.

import { element } from "../dom.js";
import { signIn } from "../session.js";

/** `<sign-in>` tells with the event `signed-in` who that is. */
export class SignIn extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    const title = element("h1", {}, "Sign in");
    const about = element("p", {}, "With an API key, or with a token that someone gave you. ");
    about.append(element("code", {}, "ops up"), " prints a link that signs you in.");
    this.input = element("input", {
      class: "input",
      type: "password",
      name: "key",
      autocomplete: "off",
      required: true,
    });
    const field = element("label", { class: "field" }, "Key or token", this.input);
    this.problem = element("p", { class: "problem", role: "alert", hidden: true });
    const button = element(
      "button",
      { class: "button", type: "submit", data: { kind: "primary", size: "large" } },
      "Sign in",
    );
    const form = element("form", { class: "panel" }, element("div", {}, title, about), field, this.problem, button);
    form.addEventListener("submit", (event) => this.#submit(event));
    this.append(form);
    this.input.focus();
  }

  async #submit(event) {
    event.preventDefault();
    this.problem.hidden = true;
    try {
      const detail = await signIn(this.input.value.trim());
      this.input.value = "";
      this.dispatchEvent(new CustomEvent("signed-in", { detail }));
    } catch (error) {
      this.problem.textContent = `That did not work: ${error.message}`;
      this.problem.hidden = false;
    }
  }
}

customElements.define("sign-in", SignIn);
