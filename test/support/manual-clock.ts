/** A clock with virtual time, which only `settle` advances. Sleeps end in the order of their due times. */
export function createManualClock() {
  let now = 0;
  let timers: { readonly at: number; readonly wake: () => void }[] = [];
  const sleep = (milliseconds: number) =>
    new Promise<void>((wake) => void timers.push({ at: now + milliseconds, wake }));
  /** Advances the time until the work has settled, however often it sleeps. */
  const settle = async <Value>(work: Promise<Value>): Promise<Value> => {
    const state = { isDone: false };
    const finish = (): void => void (state.isDone = true);
    work.then(finish, finish);
    for (let step = 0; !state.isDone && step < 100_000; step += 1) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (timers.length === 0) continue;
      now = Math.max(now, Math.min(...timers.map(({ at }) => at)));
      const due = timers.filter(({ at }) => at <= now).toSorted((one, other) => one.at - other.at);
      timers = timers.filter(({ at }) => at > now);
      for (const { wake } of due) wake();
    }
    return work;
  };
  return { now: () => now, sleep, settle };
}
