import { createPaidWorld, type Fault, type Verb } from "./paid-app.ts";
import { captionRequest } from "./paid-requests.ts";
import { nextTask } from "./tiny-backend.ts";

/** The error of an account that is away. */
export const away = (verb: Verb, more: object = {}): Error => Object.assign(new Error(`${verb}: away`), more);

/** The verbs do not reach the account. */
export const unreached =
  (...verbs: readonly Verb[]): Fault =>
  (verb, call) =>
    verbs.includes(verb) ? Promise.reject(away(verb)) : call();

/** The verbs are done, and their replies are lost. */
export const lost =
  (...verbs: readonly Verb[]): Fault =>
  async (verb, call) => {
    await call();
    if (verbs.includes(verb)) throw away(verb);
  };

/** Nothing is wrong. */
export const well: Fault = (_verb, call) => call();

/** A world with one account that can pay for three captions, and one isolate. */
export async function startCrash(credit = 1000) {
  const paid = createPaidWorld();
  const account = await paid.open(credit);
  const isolate = paid.isolate();
  const ask = (headers: Readonly<Record<string, string>> = {}, query = "", init: RequestInit = {}) => {
    const [path, request] = captionRequest(account.key, headers, query);
    return isolate.app.request(path, { ...request, ...init });
  };
  return { ...paid, account, ...isolate, ask };
}

/** After the deadline of every hold: expired by the next verb that looks at the account, as by its alarm. */
export async function pastDeadline({ world, account }: Awaited<ReturnType<typeof startCrash>>): Promise<void> {
  world.nowMs += 200_000;
  world.fault = well;
  await account.ledger.release({ requestId: "none", ids: [] });
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTask();
}
