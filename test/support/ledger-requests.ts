import type { HoldRequest, SettleRequest } from "../../src/accounts/ledger-port.ts";

/** The key that `openAccount` makes: its id and hash. */
export const KEY = { id: "k1", hash: "hash of k1", last4: "wxyz" } as const;

/** A charge for a caption; the price is 1,500 micro-US-dollars if it is not said. */
export const charge = (id: string, amount = 1500) => ({ id, amount, task: "caption" });

/** Asks for some charges, as the request with the given id. */
export const holdOf = (requestId: string, ids: readonly string[], more: Partial<HoldRequest> = {}): HoldRequest => ({
  keyHash: KEY.hash,
  scope: "infer",
  requestId,
  charges: ids.map((id) => charge(id)),
  priceRevision: "2026-11-30",
  holdMs: 120_000,
  ...more,
});

/** Settles some charges of a request. */
export const settlementOf = (
  requestId: string,
  ids: readonly string[],
  more: Partial<SettleRequest> = {},
): SettleRequest => ({
  keyId: KEY.id,
  requestId,
  charges: ids.map((id) => charge(id)),
  priceRevision: "2026-11-30",
  releases: [],
  ...more,
});
