import { byId, createElement, percent } from "./dom.ts";
import { cacheSentence, chargeSentence } from "./sentences.ts";
import { type Span, spansOf } from "./spans.ts";
import type { State } from "./state.ts";
import type { Store } from "./store.ts";

/** Number of stage colours in playground.css. */
const COLOURS = 7;

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function bar(stages: readonly Span[]): HTMLElement {
  const total = stages.reduce((sum, [, each]) => sum + each, 0);
  const parts = stages.map(([, each], index) => {
    const part = createElement("span", { class: `stage-${index % COLOURS}` });
    part.style.width = percent(total === 0 ? 0 : each / total);
    return part;
  });
  return createElement("div", { class: "bar", "aria-hidden": "true" }, ...parts);
}

function legend(stages: readonly Span[]): HTMLElement {
  const items = stages.map(([name, each], index) =>
    createElement(
      "li",
      {},
      createElement("span", { class: `dot stage-${index % COLOURS}`, "aria-hidden": "true" }),
      `${name} ${milliseconds(each)}`,
    ),
  );
  return createElement("ul", { class: "legend", "aria-label": "Time by stage" }, ...items);
}

/** Renders whether the answer came from the cache, and how long it took by stage. */
export function showFacts(store: Store<State>): void {
  store.watch(
    ({ request }) => [request],
    ({ request }) => {
      const facts = byId("facts", HTMLElement);
      if (request.kind !== "succeeded") return facts.replaceChildren();
      const { reply } = request;
      const stages = spansOf(reply);
      facts.replaceChildren(
        createElement("p", { id: "cache" }, cacheSentence(reply.cache)),
        ...(reply.charge === undefined ? [] : [createElement("p", { id: "charge" }, chargeSentence(reply.charge))]),
        createElement("p", { id: "took" }, `Answered in ${milliseconds(reply.ms)}.`),
        bar(stages),
        legend(stages),
      );
    },
  );
}
