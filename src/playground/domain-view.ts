import { byId, withInlineCode } from "./dom.ts";
import { domainSentence, REAL_MODEL_COMMAND } from "./domain.ts";
import { samples } from "./samples.ts";
import type { State } from "./state.ts";
import type { Store } from "./store.ts";

function isOwnImage({ image }: State): boolean {
  return image !== undefined && samples.every(({ description }) => description !== image.description);
}

function showNote(id: string, { model }: State, isDue: boolean): void {
  const sentence = model === undefined ? undefined : domainSentence(model);
  const text = `${sentence} For other pictures, run the real model on your own machine: \`${REAL_MODEL_COMMAND}\``;
  byId(id, HTMLElement).replaceChildren(...(isDue && sentence !== undefined ? withInlineCode(text) : []));
}

/** Renders what the model can be asked about, if the API says it: below an image that is no sample, and beside an answer. */
export function showDomain(store: Store<State>): void {
  store.watch(
    ({ model, image }) => [model, image],
    (state) => showNote("picture-domain", state, isOwnImage(state)),
  );
  store.watch(
    ({ model, request }) => [model, request],
    (state) => showNote("answer-domain", state, state.request.kind === "succeeded"),
  );
}
