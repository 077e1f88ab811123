import type { Refusal, RefusalReason } from "../../accounts/ledger-refusal.ts";
import type { Step } from "./rows.ts";

/** Makes a refusal of a reason. */
export function refuse(reason: RefusalReason): Refusal {
  return { type: "refused", ...reason };
}

/** A step that refuses, and changes nothing. */
export function refusing(refusal: Refusal): Step<Refusal> {
  return { reply: refusal, changes: [] };
}
