/** Time that passes in sleeps; everybody who sleeps wakes in the order of their alarms. */
export function createManualClock() {
  let now = 0;
  let alarms: { readonly at: number; readonly wake: () => void }[] = [];
  const sleep = (milliseconds: number) =>
    new Promise<void>((wake) => void alarms.push({ at: now + milliseconds, wake }));
  /** Lets time pass until the work is done, however often it waits. */
  const settle = async <Value>(work: Promise<Value>): Promise<Value> => {
    const state = { isDone: false };
    const finish = (): void => void (state.isDone = true);
    work.then(finish, finish);
    for (let turn = 0; !state.isDone && turn < 100_000; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (alarms.length === 0) continue;
      now = Math.max(now, Math.min(...alarms.map(({ at }) => at)));
      const due = alarms.filter(({ at }) => at <= now).toSorted((one, other) => one.at - other.at);
      alarms = alarms.filter(({ at }) => at > now);
      for (const { wake } of due) wake();
    }
    return work;
  };
  return { now: () => now, sleep, settle };
}
