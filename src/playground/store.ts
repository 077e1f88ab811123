/** Holds the state of the page and calls its watchers when the part that they select changes. */
export interface Store<State> {
  /** Returns the current state. */
  readonly read: () => State;
  readonly update: (change: (state: State) => State) => void;
  /** Calls `render` now, and again whenever one of the selected values changes. */
  readonly watch: (select: (state: State) => readonly unknown[], render: (state: State) => void) => void;
}

function isEqual(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
}

/** Creates a store. States are never mutated, only replaced. */
export function createStore<State>(initial: State): Store<State> {
  let state = initial;
  const watchers: (() => void)[] = [];
  return {
    read: () => state,
    update: (change) => {
      state = change(state);
      for (const watcher of watchers) watcher();
    },
    watch: (select, render) => {
      let rendered = select(state);
      watchers.push(() => {
        const selected = select(state);
        if (isEqual(rendered, selected)) return;
        rendered = selected;
        render(state);
      });
      render(state);
    },
  };
}
