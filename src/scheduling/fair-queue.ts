import { createFairShares } from "./fair-shares.ts";

/** What waits for its turn. */
export interface Claim {
  /** Whose work it is. Callers have equal shares. */
  readonly caller: string;
  /** Estimated work, in any unit: the smallest claim of a caller is served first. */
  readonly units: number;
}

/** How often a claim may be passed over by later, smaller ones of its caller: without this limit, a stream of small requests would starve a large one. */
export const MAX_PASSED_OVER = 8;

/** Claims that wait: served in turns between callers, smallest first within one. */
export interface FairQueue<Item extends Claim> {
  readonly items: readonly Item[];
  add(item: Item): void;
  /** Adds an item that had a turn and has more to do: before those of its caller that are as large. */
  addAgain(item: Item): void;
  remove(item: Item): void;
  /** Returns the item whose turn it is, without removing it; of those, only items that `isEligible`. */
  peek(isEligible?: (item: Item) => boolean): Item | undefined;
  /** Removes an item that `peek` returned, whose turn begins. */
  take(item: Item): void;
  /** Records what a caller used of the resource, in any unit that is the same for all. */
  charge(caller: string, cost: number): void;
}

interface Entry<Item> {
  readonly item: Item;
  passedOver: number;
}

function smallestOf<Item extends Claim>(entries: readonly Entry<Item>[]): Entry<Item> | undefined {
  const starved = entries.find(({ passedOver }) => passedOver >= MAX_PASSED_OVER);
  return starved ?? entries.toSorted((one, other) => one.item.units - other.item.units)[0];
}

/** Creates an empty queue. */
export function createFairQueue<Item extends Claim>(): FairQueue<Item> {
  const shares = createFairShares();
  let entries: readonly Entry<Item>[] = [];
  const remove = (item: Item): void => {
    entries = entries.filter((entry) => entry.item !== item);
  };
  return {
    get items() {
      return entries.map(({ item }) => item);
    },
    add: (item) => {
      entries = [...entries, { item, passedOver: 0 }];
    },
    addAgain: (item) => {
      entries = [{ item, passedOver: 0 }, ...entries];
    },
    remove,
    peek: (isEligible = () => true) => {
      const eligible = entries.filter(({ item }) => isEligible(item));
      const caller = shares.next(eligible.map(({ item }) => item.caller));
      return smallestOf(eligible.filter(({ item }) => item.caller === caller))?.item;
    },
    take: (item) => {
      const position = entries.findIndex((entry) => entry.item === item);
      for (const entry of entries.slice(0, position)) if (entry.item.caller === item.caller) entry.passedOver += 1;
      remove(item);
      shares.begin(item.caller);
    },
    charge: (caller, cost) => shares.charge(caller, cost),
  };
}

/**
 * Returns the claim to refuse when there is no room for all: the newest of the caller with the most units, so that who takes much is refused before
 * who takes little. `claims` are in the order of arrival.
 */
export function newestOfLargest<Item extends Claim>(claims: readonly Item[]): Item | undefined {
  const units = new Map<string, number>();
  for (const { caller, units: own } of claims) units.set(caller, (units.get(caller) ?? 0) + own);
  const largest = Math.max(...units.values());
  return claims.findLast(({ caller }) => units.get(caller) === largest);
}
