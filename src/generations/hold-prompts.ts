import type { PricedPrompt, Reserved } from "../contract/payer.ts";
import { isPricedTask, promptPrice } from "../contract/prices.ts";
import type { CallContext } from "../contract/service.ts";
import type { PromptLookup } from "./generate-misses.ts";
import type { GenerationsRequest } from "./request.ts";

/** Where nobody pays. */
const free: Reserved = { deliver: () => {} };

/** What each prompt costs is known from the request alone; each of several equal prompts has the price of its task, and the charge is made once. */
function pricedPrompts({ image, tasks, decoding }: GenerationsRequest, lookups: readonly PromptLookup[]) {
  const { beams, maxNewTokens } = decoding;
  return lookups.map(({ key: generationKey, prompt }, index): PricedPrompt => {
    const task = tasks[index] ?? "";
    if (!isPricedTask(task)) throw new Error(`The task ${JSON.stringify(task)} has no price.`);
    const place = JSON.stringify([image.digest, prompt, beams ?? null, maxNewTokens ?? null]);
    return { task, amount: promptPrice(task, { beams, maxNewTokens }), generationKey, place };
  });
}

/** Reserves the price of all prompts of a request, if somebody pays for it. `isCached` says that no work is needed. Throws `Problem`. */
export async function holdPrompts(
  request: GenerationsRequest,
  lookups: readonly PromptLookup[],
  { payer }: Pick<CallContext, "payer">,
  isCached: boolean,
): Promise<Reserved> {
  return payer === undefined ? free : payer.hold(pricedPrompts(request, lookups), isCached);
}
