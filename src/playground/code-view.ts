import { copyBlock } from "./copy-block.ts";
import { byId } from "./dom.ts";
import { curl, program } from "./snippets.ts";
import type { State } from "./state.ts";
import type { Store } from "./store.ts";

/** The question as it is asked elsewhere. */
export function showCode(store: Store<State>, origin: string): void {
  store.watch(
    ({ document: described, tasks, picture, task, values, region }) => [
      described,
      tasks,
      picture,
      task,
      values,
      region,
    ],
    (state) => {
      byId("curl", HTMLElement).replaceChildren(copyBlock(curl(state, origin), "The question as a curl command"));
      byId("program", HTMLElement).replaceChildren(copyBlock(program(state, origin), "The question in JavaScript"));
    },
  );
}
