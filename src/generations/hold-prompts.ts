import type { PricedPrompt, Reserved } from "../contract/payer.ts";
import { isPricedTask, promptPrice } from "../contract/prices.ts";
import type { CallContext } from "../contract/service.ts";
import type { PromptLookup } from "./generate-misses.ts";
import type { GenerationsRequest } from "./request.ts";

/** Where nobody pays. */
const free: Reserved = { deliver: () => {}, fail: () => {} };

/** What each prompt costs is known from the request alone; each of several equal prompts has the price of its task, and the charge is made once. */
function pricedPrompts(
  { image, tasks, decoding }: GenerationsRequest,
  lookups: readonly PromptLookup[],
  isNew: (lookup: PromptLookup) => boolean,
) {
  const { beams, maxNewTokens } = decoding;
  return lookups.map((lookup, index): PricedPrompt => {
    const { key: generationKey, prompt } = lookup;
    const task = tasks[index] ?? "";
    if (!isPricedTask(task)) throw new Error(`The task ${JSON.stringify(task)} has no price.`);
    const amount = promptPrice(task, { beams, maxNewTokens });
    const newPlace = isNew(lookup)
      ? JSON.stringify([image.digest, prompt, beams ?? null, maxNewTokens ?? null])
      : undefined;
    return { task, amount, generationKey, newPlace };
  });
}

/** Reserves the price of all prompts of a request before those that are `misses` are generated, if somebody pays for it. Throws `Problem`. */
export async function holdPrompts(
  request: GenerationsRequest,
  lookups: readonly PromptLookup[],
  misses: readonly PromptLookup[],
  { payer, cache: { noCache, noStore } }: Pick<CallContext, "payer" | "cache">,
): Promise<Reserved> {
  if (payer === undefined) return free;
  const missed = new Set(misses.map(({ key }) => key));
  // An entry that was missed is too old for the caller: that its question was paid before does not pay for another.
  const isNew = ({ key, entry }: PromptLookup): boolean =>
    missed.has(key) && (noCache || noStore || entry !== undefined);
  return payer.hold(pricedPrompts(request, lookups, isNew), false);
}

/** Pays for a request whose prompts are all answered from the cache, if somebody pays for it. Throws `Problem`. */
export async function payForCached(
  request: GenerationsRequest,
  lookups: readonly PromptLookup[],
  { payer }: Pick<CallContext, "payer">,
): Promise<void> {
  const reserved = await payer?.hold(
    pricedPrompts(request, lookups, () => false),
    true,
  );
  reserved?.deliver(false);
}
