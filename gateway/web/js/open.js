// How every page begins: someone signs in, then the page's content takes the place of what its HTML has.

import { element } from "./dom.js";
import "./elements/top-bar.js";
import { whoIsSignedIn } from "./session.js";

export const main = document.querySelector("main");
export const bar = document.querySelector("top-bar");

// A sign-in link that is opened where this page already is changes nothing but the fragment.
addEventListener("hashchange", () => location.hash.startsWith("#key=") && location.reload());

/** Whoever is signed in, as soon as someone is. */
export async function open() {
  const who = await asked();
  bar.signedIn();
  return who;
}

/** Ask to sign in again, over a page that is there: it stays as it is. */
export async function signInAgain() {
  await import("./elements/sign-in.js");
  const form = element("sign-in");
  const dialog = element("dialog", { "aria-label": "Sign in again" }, form);
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => form.addEventListener("signed-in", resolve, { once: true }));
  dialog.close();
  dialog.remove();
}

async function asked() {
  try {
    const who = await whoIsSignedIn();
    if (who) return who;
  } catch (error) {
    main.replaceChildren(
      element("p", { class: "problem", role: "alert" }, `Toolreel cannot be reached: ${error.message}`),
    );
    throw error;
  }
  await import("./elements/sign-in.js");
  const form = element("sign-in");
  const waiting = [...main.childNodes];
  main.replaceChildren(form);
  const who = await new Promise((resolve) =>
    form.addEventListener("signed-in", (event) => resolve(event.detail), { once: true }),
  );
  main.replaceChildren(...waiting);
  return who;
}
