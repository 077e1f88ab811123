/** Questions at a time in one run of a node. n8n starts those of all its items at once, which an API that answers a few at a time would refuse. */
export const MAX_AT_ONCE = 4;

interface Turns {
  running: number;
  readonly waiting: (() => void)[];
}

const turnsByRun = new WeakMap<object, Turns>();

function turnsOf(run: object): Turns {
  const turns = turnsByRun.get(run) ?? { running: 0, waiting: [] };
  turnsByRun.set(run, turns);
  return turns;
}

/** Waits until fewer than `MAX_AT_ONCE` calls of the same `run` are in progress, in the order of the calls, then calls `work`. */
export async function inTurn<T>(run: object, work: () => Promise<T>): Promise<T> {
  const turns = turnsOf(run);
  if (turns.running >= MAX_AT_ONCE) await new Promise<void>((resolve) => turns.waiting.push(resolve));
  else turns.running += 1;
  try {
    return await work();
  } finally {
    // The next one takes over the place.
    const next = turns.waiting.shift();
    if (next === undefined) turns.running -= 1;
    else next();
  }
}
