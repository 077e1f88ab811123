import type { RandomBytes } from "../accounts/base62.ts";
import { chargeId, type ChargeOrigin } from "../accounts/charge-id.ts";
import type { PricedPrompt } from "../contract/payer.ts";
import type { Copy, Purchase } from "./purchases.ts";
import { classPrice, type PriceClass } from "../contract/prices.ts";

/** What the ids of a request's charges depend on. */
export interface ChargeIdOptions {
  readonly account: string;
  readonly idempotencyKey: string | undefined;
  /** By which all prices of the request are reduced; `now` by default. */
  readonly priceClass?: PriceClass | undefined;
  readonly random: RandomBytes;
}

/** The first copy's id is the place's own: most requests ask for one. */
function originOf(generationKey: string, copy: Copy | undefined, options: ChargeIdOptions): ChargeOrigin {
  const { idempotencyKey, random } = options;
  if (copy === undefined) return { kind: "generation", generationKey };
  if (idempotencyKey === undefined) return { kind: "once", random };
  const place = copy.number === 0 ? copy.place : `${copy.place} ${copy.number}`;
  return { kind: "idempotency", idempotencyKey, place };
}

/** The charges of one request. */
export interface ChargeIds {
  /** Returns the charges of prompts, one for each generation. A new generation is another each time that it is asked for. */
  take(prompts: readonly PricedPrompt[]): Promise<readonly Purchase[]>;
  /** These were not generated: whoever asks for the same next has their ids, so that another attempt is not another charge. */
  giveBack(purchases: readonly Purchase[]): void;
}

/** Creates the ids of one request's charges. */
export function createChargeIds(options: ChargeIdOptions): ChargeIds {
  const ids = new Map<string, Promise<string>>();
  const taken = new Map<string, Set<number>>();
  const takeCopy = (place: string): Copy => {
    const numbers = taken.get(place) ?? new Set();
    let number = 0;
    while (numbers.has(number)) number += 1;
    taken.set(place, numbers.add(number));
    return { place, number };
  };
  const idOf = (generationKey: string, copy: Copy | undefined): Promise<string> => {
    const name = copy === undefined ? generationKey : JSON.stringify(copy);
    const id = ids.get(name) ?? chargeId(options.account, originOf(generationKey, copy, options));
    ids.set(name, id);
    return id;
  };
  return {
    take: (prompts) => {
      const distinct = [...new Map(prompts.map((prompt) => [prompt.generationKey, prompt])).values()];
      return Promise.all(
        distinct.map(async ({ task, amount, generationKey, newPlace }) => {
          const copy = newPlace === undefined ? undefined : takeCopy(newPlace);
          const price = classPrice(amount, options.priceClass ?? "now");
          return { charge: { id: await idOf(generationKey, copy), amount: price, task }, generationKey, copy };
        }),
      );
    },
    giveBack: (purchases) => {
      for (const { copy } of purchases) if (copy !== undefined) taken.get(copy.place)?.delete(copy.number);
    },
  };
}
