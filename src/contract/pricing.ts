import { MICRO_USD } from "./micro-usd.ts";
import { isPricedTask, PRICE_REVISION, priceClasses, pricePerUnit, priceRules, promptPrice } from "./prices.ts";
import { taskPath } from "./paths.ts";
import { PROMPT_DEFAULTS, TOKENS_PER_UNIT } from "./work-units.ts";

/** How long a repeat is free, in seconds: a day. A test compares it with the ledger's. */
export const REPEAT_SECONDS = 24 * 60 * 60;

/** The price table as data: `GET /v1/pricing`. */
export const pricing = {
  unit: MICRO_USD,
  revision: PRICE_REVISION,
  batch_divisor: priceClasses.batch,
  rules: { ...priceRules, repeat_seconds: REPEAT_SECONDS },
  work: {
    tokens_per_unit: TOKENS_PER_UNIT,
    default_beams: PROMPT_DEFAULTS.beams,
    default_max_new_tokens: PROMPT_DEFAULTS.maxNewTokens,
  },
  tasks: Object.keys(pricePerUnit)
    .filter(isPricedTask)
    .map((task) => ({ task, path: taskPath(task), per_unit: pricePerUnit[task], price: promptPrice(task, {}) })),
};
