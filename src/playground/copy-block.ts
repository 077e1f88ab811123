import { createElement } from "./dom.ts";

/** How long a button confirms that it has copied, in milliseconds. */
const CONFIRMATION_MS = 1500;

/** Creates a block of code with a button that copies it. The block scrolls, so it must be focusable by keyboard. */
export function copyBlock(text: string, name: string): HTMLElement {
  const button = createElement("button", { type: "button", class: "copy", "aria-label": `Copy: ${name}` }, "Copy");
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(text).then(
      () => (button.textContent = "Copied"),
      () => (button.textContent = "Not allowed"),
    );
    setTimeout(() => (button.textContent = "Copy"), CONFIRMATION_MS);
  });
  const code = createElement(
    "pre",
    { tabindex: "0", role: "region", "aria-label": name },
    createElement("code", {}, text),
  );
  return createElement("div", { class: "block" }, code, button);
}
