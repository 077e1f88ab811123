import type { RandomBytes } from "../accounts/base62.ts";
import { chargeId, type ChargeOrigin } from "../accounts/charge-id.ts";
import type { PricedPrompt } from "../contract/payer.ts";
import type { Purchase } from "./purchases.ts";

/** What the ids of a request's charges depend on. */
export interface ChargeIdOptions {
  readonly account: string;
  readonly isFresh: boolean;
  readonly idempotencyKey: string | undefined;
  readonly random: RandomBytes;
}

function originOf({ generationKey, place }: PricedPrompt, options: ChargeIdOptions): ChargeOrigin {
  const { isFresh, idempotencyKey, random } = options;
  if (!isFresh) return { kind: "generation", generationKey };
  return idempotencyKey === undefined ? { kind: "once", random } : { kind: "idempotency", idempotencyKey, place };
}

/** Returns what gives prompts their charges, one for each generation. A prompt that the request asks for again keeps its id. */
export function createChargeIds(options: ChargeIdOptions) {
  const ids = new Map<string, Promise<string>>();
  const idOf = (prompt: PricedPrompt): Promise<string> => {
    const id = ids.get(prompt.generationKey) ?? chargeId(options.account, originOf(prompt, options));
    ids.set(prompt.generationKey, id);
    return id;
  };
  return (prompts: readonly PricedPrompt[]): Promise<readonly Purchase[]> => {
    const distinct = [...new Map(prompts.map((prompt) => [prompt.generationKey, prompt])).values()];
    return Promise.all(
      distinct.map(async (prompt) => {
        const { task, amount, generationKey } = prompt;
        return { charge: { id: await idOf(prompt), amount, task }, generationKey };
      }),
    );
  };
}
