import type { Charge, HeldCharge, SettledCharge } from "../accounts/ledger-port.ts";

/** One of the new generations of the same that a request asks for. */
export interface Copy {
  /** What is asked for, as `newPlace` of `PricedPrompt`. */
  readonly place: string;
  /** From 0 on. */
  readonly number: number;
}

/** A charge, and the generation that it is for. */
export interface Purchase {
  readonly charge: Charge;
  readonly generationKey: string;
  /** Undefined for the generation that an account pays for once in 24 hours. */
  readonly copy: Copy | undefined;
}

/**
 * What is known of a charge. `asked`: the account was asked, and has not replied; `held`: its price is reserved; `free`: it was paid before; `charged`: this
 * request has paid for it; `returned`: it was given back; `ended`: its hold ended without a charge.
 */
type State = "asked" | "held" | "free" | "charged" | "returned" | "ended";

interface Row extends Partial<Purchase> {
  readonly state: State;
  readonly amount: number;
  /** Number of those parts of the request that need it, and have not failed. */
  readonly users: number;
  readonly isDelivered: boolean;
}

/** The charges of one request, by their ids. */
export type Purchases = ReadonlyMap<string, Row>;

/** A request that has asked for nothing yet. */
export const noPurchases: Purchases = new Map();

type Ids = readonly { readonly id: string }[];

const newRow: Row = { state: "asked", amount: 0, users: 0, isDelivered: false };

function changed(rows: Purchases, changes: readonly (readonly [string, Partial<Row>])[]): Purchases {
  const next = changes.map(([id, change]) => [id, { ...newRow, ...rows.get(id), ...change }] as const);
  return new Map([...rows, ...next]);
}

/** The account is asked for these. What it holds for this request already stays held. */
export function asked(rows: Purchases, purchases: readonly Purchase[]): Purchases {
  return changed(
    rows,
    purchases.map((purchase) => {
      const { state, users } = rows.get(purchase.charge.id) ?? { state: "ended", users: 0 };
      const isNew = state === "ended";
      return [purchase.charge.id, { ...(isNew ? { ...purchase, state: "asked" } : {}), users: users + 1 }];
    }),
  );
}

/** A part of the request that has asked for these needs them no more: there is no generation for it. */
export function givenUp(rows: Purchases, charges: Ids): Purchases {
  return changed(
    rows,
    charges.flatMap(({ id }) => {
      const row = rows.get(id);
      return row === undefined ? [] : [[id, { users: row.users - 1 }] as const];
    }),
  );
}

/** The account has refused these, as far as it was asked only now: they were given up. Another part of the request may ask for the same still. */
export function refused(rows: Purchases, charges: Ids): Purchases {
  const refusedIds = new Set(charges.map(({ id }) => id));
  return new Map([...rows].filter(([id, { state, users }]) => state !== "asked" || users > 0 || !refusedIds.has(id)));
}

/** The account has replied to a hold. */
export function held(rows: Purchases, charges: readonly HeldCharge[]): Purchases {
  return changed(
    rows,
    charges.map(({ id, state, amount }) => [id, { state: state === "held" ? "held" : "free", amount }]),
  );
}

/** There are generations for these. */
export function delivered(rows: Purchases, purchases: readonly Purchase[]): Purchases {
  return changed(
    rows,
    purchases.map(({ charge }) => [charge.id, { isDelivered: true }]),
  );
}

/** There are generations for these, for which the account has paid before, as is known without asking it. */
export function deliveredFree(rows: Purchases, charges: Ids): Purchases {
  return changed(
    rows,
    charges.map(({ id }) => [id, { state: "free", isDelivered: true }]),
  );
}

/** The account has charged some, and ended the holds of others. */
export function settled(rows: Purchases, charges: readonly SettledCharge[], released: readonly string[]): Purchases {
  return changed(rows, [
    ...charges.map(({ id, amount, isRepeat }) => [id, { state: isRepeat ? "free" : "charged", amount }] as const),
    ...released.map((id) => [id, { state: "ended", amount: 0 }] as const),
  ]);
}

/** The account has given these back. */
export function returned(rows: Purchases, ids: readonly string[]): Purchases {
  return changed(
    rows,
    ids.map((id) => [id, { state: "returned", amount: 0 }]),
  );
}

/** Returns the ids in some states. */
export function idsIn(rows: Purchases, ...states: readonly State[]): readonly string[] {
  return [...rows].filter(([, { state }]) => states.includes(state)).map(([id]) => id);
}

function chargesOf(rows: Purchases, ids: readonly string[]): readonly Charge[] {
  return ids.flatMap((id) => rows.get(id)?.charge ?? []);
}

function isNeeded({ users, isDelivered }: Row): boolean {
  return isDelivered || users > 0;
}

/** Returns all that is held and needed: what a stream pays before it begins. */
export function heldCharges(rows: Purchases): readonly Charge[] {
  return chargesOf(rows, idsIn(new Map([...rows].filter(([, row]) => isNeeded(row))), "held"));
}

/** Returns those new generations of which the request has delivered another one. */
export function deliveredCopies(rows: Purchases, purchases: readonly Purchase[]): readonly Purchase[] {
  const places = new Set(
    [...rows.values()].flatMap(({ isDelivered, copy }) => (isDelivered ? (copy?.place ?? []) : [])),
  );
  return purchases.filter(({ copy }) => copy !== undefined && places.has(copy.place));
}

/** Returns what is held and delivered: what an answer pays. */
export function dueCharges(rows: Purchases): readonly Charge[] {
  return heldCharges(rows).filter(({ id }) => rows.get(id)?.isDelivered === true);
}

/** Returns the ids that are or may be held, but for some. */
export function openIds(rows: Purchases, except: Ids = []): readonly string[] {
  const kept = new Set(except.map(({ id }) => id));
  return idsIn(rows, "asked", "held").filter((id) => !kept.has(id));
}

/** Returns the sum of what is held and needed for other charges than these, in micro-US-dollars. */
export function heldExcept(rows: Purchases, charges: Ids): number {
  const own = new Set(charges.map(({ id }) => id));
  const others = [...rows].filter(([id, row]) => row.state === "held" && isNeeded(row) && !own.has(id));
  return others.reduce((sum, [, { amount }]) => sum + amount, 0);
}

/** Returns what the caller is told: of what was delivered, and of what a stream has paid for. */
export function reportOf(rows: Purchases) {
  const told = [...rows].filter(([, { state, isDelivered }]) => isDelivered || state === "charged");
  const charged = told.filter(([, { state }]) => state === "charged");
  return {
    amount: charged.reduce((sum, [, { amount }]) => sum + amount, 0),
    ids: told.map(([id]) => id),
    isRepeat: told.length > 0 && told.every(([, { state }]) => state === "free"),
  };
}
