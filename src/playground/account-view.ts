import { byId } from "./dom.ts";
import { optionsOf } from "./options.ts";
import { dollars, priceOf } from "./price.ts";
import type { State } from "./state.ts";
import type { Store } from "./store.ts";

function priceText(state: State): string {
  const price = state.pricing && priceOf(state.pricing, state.task, optionsOf(state));
  return price === undefined ? "" : `Costs ${dollars(price)}, or nothing if your account asked the same today.`;
}

/**
 * Shows the field of the key and the price beside the button; nothing where answers cost nothing. The key is in the state of the page alone: it is neither
 * stored nor part of the page's URL, and gone with the tab.
 */
export function showAccount(store: Store<State>): void {
  const field = byId("api-key", HTMLInputElement);
  field.addEventListener("input", () => store.update((state) => ({ ...state, apiKey: field.value.trim() })));
  store.watch(
    ({ pricing, task, tasks, values, apiDocument }) => [pricing, task, tasks, values, apiDocument],
    (state) => {
      byId("account", HTMLElement).hidden = state.pricing === undefined;
      const price = byId("price", HTMLElement);
      price.hidden = state.pricing === undefined;
      price.textContent = priceText(state);
    },
  );
}
