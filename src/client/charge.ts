import type { ChargeEvent } from "./contract.ts";
import { parseListHeader } from "../inference/protocol/list-header.ts";

/** What a request was charged, parsed from Charge and Balance. Money is in whole micro-US-dollars: 1,000,000 are one dollar. */
export interface ChargeReport {
  /** The sum of what this request was charged. */
  readonly amount: number;
  /** The id of its charge, if it has one; a request with several has none here. */
  readonly id: string | undefined;
  /** Whether all of it was free because the account had paid for it before. */
  readonly isRepeat: boolean;
  /** What the account has left; `undefined` where the account did not have to be asked. */
  readonly balance: number | undefined;
}

/** An Integer of structured fields; `undefined` if there is none. */
function integerOf(text: string | null): number | undefined {
  return text !== null && /^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : undefined;
}

/** Returns what a stream was charged, as its last event says it. */
export function chargeOfEvent({ charge_micro_usd: amount, ids, repeat, balance }: ChargeEvent): ChargeReport {
  const [id] = ids;
  return { amount, id: ids.length === 1 ? id : undefined, isRepeat: repeat, balance: balance ?? undefined };
}

/** Parses what a response was charged; returns `undefined` if the API charges nothing. */
export function parseCharge(headers: Headers): ChargeReport | undefined {
  const [item] = parseListHeader(headers.get("charge"));
  const amount = integerOf(item?.name ?? null);
  if (item === undefined || amount === undefined) return undefined;
  const { parameters } = item;
  const isRepeat = parameters.has("repeat") && parameters.get("repeat") !== "?0";
  return { amount, id: parameters.get("id"), isRepeat, balance: integerOf(headers.get("balance")) };
}
