/** Holds the one state of the page, and tells those who draw it when a part of it changes. */
export interface Store<State> {
  /** As it is now. */
  readonly read: () => State;
  readonly update: (change: (state: State) => State) => void;
  /** Draws now, and again whenever one of the selected values is another. */
  readonly watch: (select: (state: State) => readonly unknown[], draw: (state: State) => void) => void;
}

function isEqual(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]));
}

/** A store; states are never changed, only replaced. */
export function createStore<State>(initial: State): Store<State> {
  let state = initial;
  const watchers: (() => void)[] = [];
  return {
    read: () => state,
    update: (change) => {
      state = change(state);
      for (const watcher of watchers) watcher();
    },
    watch: (select, draw) => {
      let drawn = select(state);
      watchers.push(() => {
        const selected = select(state);
        if (isEqual(drawn, selected)) return;
        drawn = selected;
        draw(state);
      });
      draw(state);
    },
  };
}
