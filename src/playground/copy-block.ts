import { make } from "./dom.ts";

/** How long a button says that it has copied, in milliseconds. */
const SAID_MS = 1500;

/** A block of code with a button that copies it. It scrolls, so the keyboard must reach it. */
export function copyBlock(text: string, name: string): HTMLElement {
  const button = make("button", { type: "button", class: "copy", "aria-label": `Copy: ${name}` }, "Copy");
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(text).then(
      () => (button.textContent = "Copied"),
      () => (button.textContent = "Not allowed"),
    );
    setTimeout(() => (button.textContent = "Copy"), SAID_MS);
  });
  const code = make("pre", { tabindex: "0", role: "region", "aria-label": name }, make("code", {}, text));
  return make("div", { class: "block" }, code, button);
}
