import { copyBlock } from "./copy-block.ts";
import { byId } from "./dom.ts";
import { curl, program } from "./snippets.ts";
import type { State } from "./state.ts";
import type { Store } from "./store.ts";

/** Renders the request as a curl command and as a JavaScript program. */
export function showCode(store: Store<State>, origin: string): void {
  store.watch(
    ({ apiDocument, tasks, image, task, values, region }) => [apiDocument, tasks, image, task, values, region],
    (state) => {
      byId("curl", HTMLElement).replaceChildren(copyBlock(curl(state, origin), "The question as a curl command"));
      byId("program", HTMLElement).replaceChildren(copyBlock(program(state, origin), "The question in JavaScript"));
    },
  );
}
