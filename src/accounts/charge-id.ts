import { sha256 } from "../bytes/sha256.ts";
import type { RandomBytes } from "./base62.ts";

/** Version of the ids' formula. It changes when older ids must no longer be found, which makes repeats of that day cost again. */
const ID_VERSION = 1;

/** Hexadecimal digits of an id: 128 bits, so that nobody finds two questions with one id. */
const ID_DIGITS = 32;

/**
 * What makes a charge the same one. By default the generation, so that an account pays for it once, whichever key it uses and whoever repeats the
 * request. `no-store` and `no-cache` ask for a new generation each time: then the caller's idempotency key and the place of the prompt in its request,
 * or nothing at all.
 */
export type ChargeOrigin =
  | { readonly kind: "generation"; readonly generationKey: string }
  | {
      readonly kind: "idempotency";
      readonly idempotencyKey: string;
      /** Tells the prompts of one request apart, in the same way whenever it is repeated: what is asked, and not which model answers. */
      readonly place: string;
    }
  | { readonly kind: "once"; readonly random: RandomBytes };

function partsOf(origin: ChargeOrigin): readonly (string | number)[] {
  if (origin.kind === "generation") return [origin.generationKey];
  if (origin.kind === "idempotency") return [origin.idempotencyKey, origin.place];
  return [...origin.random(ID_DIGITS / 2)];
}

/** Returns the id of a charge: `chg_` and 32 hexadecimal digits, which tell nothing about the account or the question. */
export async function chargeId(account: string, origin: ChargeOrigin): Promise<string> {
  const digest = await sha256(JSON.stringify([ID_VERSION, account, origin.kind, ...partsOf(origin)]));
  return `chg_${digest.slice(0, ID_DIGITS)}`;
}

const wholeId = new RegExp(`^chg_[0-9a-f]{${ID_DIGITS}}$`, "u");

/** Whether a text is spelled like the id of a charge. */
export function isChargeId(text: string): boolean {
  return wholeId.test(text);
}
