import { byId, make, percent } from "./dom.ts";
import { cacheSentence } from "./sentences.ts";
import { type Span, spansOf } from "./spans.ts";
import type { State } from "./state.ts";
import type { Store } from "./store.ts";

/** How many colours playground.css has for stages. */
const COLOURS = 7;

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function bar(stages: readonly Span[]): HTMLElement {
  const total = stages.reduce((sum, [, each]) => sum + each, 0);
  const parts = stages.map(([, each], index) => {
    const part = make("span", { class: `stage-${index % COLOURS}` });
    part.style.width = percent(total === 0 ? 0 : each / total);
    return part;
  });
  return make("div", { class: "bar", "aria-hidden": "true" }, ...parts);
}

function legend(stages: readonly Span[]): HTMLElement {
  const items = stages.map(([name, each], index) =>
    make(
      "li",
      {},
      make("span", { class: `dot stage-${index % COLOURS}`, "aria-hidden": "true" }),
      `${name} ${milliseconds(each)}`,
    ),
  );
  return make("ul", { class: "legend", "aria-label": "Time by stage" }, ...items);
}

/** Where the answer came from, and how long it took. */
export function showFacts(store: Store<State>): void {
  store.watch(
    ({ outcome }) => [outcome],
    ({ outcome }) => {
      const facts = byId("facts", HTMLElement);
      if (outcome.kind !== "answered") return facts.replaceChildren();
      const { reply } = outcome;
      const stages = spansOf(reply);
      facts.replaceChildren(
        make("p", { id: "cache" }, cacheSentence(reply.cache)),
        make("p", { id: "took" }, `Answered in ${milliseconds(reply.ms)}.`),
        bar(stages),
        legend(stages),
      );
    },
  );
}
