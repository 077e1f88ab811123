import { exceedsAll, exceedsShare, type Share } from "./units.ts";

/** What is shared between requests, each with a limit of its own. */
export interface Amounts {
  readonly requests: number;
  /** Memory in bytes. */
  readonly bytes: number;
  /** Estimated work. */
  readonly units: number;
}

/** What one request has reserved. */
export interface Reservation {
  /** Reserves more. Returns false, and reserves nothing, if there is no room. */
  add(more: Partial<Amounts>): boolean;
  /** Extends the lease to `milliseconds` from now, and no longer gives the reservation up for others. */
  keep(milliseconds: number): void;
  /** Extends the lease to `milliseconds` from now. The reservation may still be given up for others. */
  renew(milliseconds: number): void;
  /** Ends the reservation; a second call does nothing. */
  release(): void;
}

/** How a reservation begins. */
export interface ReservationOptions {
  readonly caller: string;
  /** Milliseconds after which it ends by itself. */
  readonly leaseMs: number;
  /** Called when it was given up for a caller with fewer bytes. Without it, it is not. */
  readonly onRevoked?: (() => void) | undefined;
}

/** Shares memory and work between requests, with leases: workerd drops the request of a disconnected caller without running its `finally`. */
export interface Reservations {
  /** Opens a reservation of one request. Returns `undefined` if there is no room for it. */
  open(options: ReservationOptions): Reservation | undefined;
  /** Number of reservations. */
  readonly size: number;
}

/** What a request has, and until when. */
interface Lease extends ReservationOptions {
  amounts: Amounts;
  sinceMs: number;
  leaseMs: number;
  /** Whether it was released or revoked. */
  hasEnded: boolean;
  onRevoked?: (() => void) | undefined;
}

/** Whether there is no room for a share of an amount within its limit. */
type Rule = (share: Share, max: number) => boolean;

/** How each amount is shared. */
export type ReservationRules = Readonly<Record<keyof Amounts, Rule>>;

/**
 * How requests share. Bytes have no limit for one caller, who may be an office: bodies that are still arriving are given up for callers who have
 * less, and nothing is lost with them. Work that has begun is not.
 */
const fairRules: ReservationRules = {
  requests: exceedsShare,
  bytes: exceedsAll,
  units: exceedsShare,
};

const names = ["requests", "bytes", "units"] as const satisfies readonly (keyof Amounts)[];

function sumOf(leases: readonly Lease[], name: keyof Amounts): number {
  return leases.reduce((sum, { amounts }) => sum + amounts[name], 0);
}

/** Returns what a lease that would have `next` asks for, beside what the others have. */
function shareOf(name: keyof Amounts, next: Amounts, caller: string, others: readonly Lease[]): Share {
  const ownOthers = others.filter((other) => other.caller === caller);
  return { next: next[name], all: sumOf(others, name), own: sumOf(ownOthers, name) };
}

/** Returns the lease to give up for one that would have `bytes`: the largest that may be, of the caller who has most, if that is more than its own caller's. */
function revocable(others: readonly Lease[], caller: string, bytes: number): Lease | undefined {
  const byCaller = Map.groupBy(others, (lease) => lease.caller);
  const own = sumOf(byCaller.get(caller) ?? [], "bytes") + bytes;
  const [largest = []] = [...byCaller.values()].toSorted((a, b) => sumOf(b, "bytes") - sumOf(a, "bytes"));
  if (sumOf(largest, "bytes") <= own) return undefined;
  const given = largest.filter(({ onRevoked }) => onRevoked !== undefined);
  return given.toSorted((a, b) => b.amounts.bytes - a.amounts.bytes)[0];
}

function plus(amounts: Amounts, { requests = 0, bytes = 0, units = 0 }: Partial<Amounts>): Amounts {
  return { requests: amounts.requests + requests, bytes: amounts.bytes + bytes, units: amounts.units + units };
}

/** The leases that have not ended. */
function createLeases(limitsNow: () => Amounts, rules: ReservationRules, now: () => number) {
  const leases = new Set<Lease>();
  // Math.abs: a clock that was set back does not prolong the leases of dropped requests.
  const hasExpired = ({ sinceMs, leaseMs }: Lease): boolean => Math.abs(now() - sinceMs) >= leaseMs;
  const end = (lease: Lease): void => {
    lease.hasEnded = true;
    leases.delete(lease);
  };
  /** Gives up leases until there is room for what one would have. Returns whether there is. */
  const makeRoom = (lease: Lease, next: Amounts, asked: readonly (keyof Amounts)[]): boolean => {
    for (;;) {
      const others = [...leases].filter((each) => each !== lease);
      const limits = limitsNow();
      const over = asked.find((name) => rules[name](shareOf(name, next, lease.caller, others), limits[name]));
      if (over === undefined) return true;
      const victim = over === "bytes" ? revocable(others, lease.caller, next.bytes) : undefined;
      if (victim === undefined) return false;
      end(victim);
      victim.onRevoked?.();
    }
  };
  const add = (lease: Lease, more: Partial<Amounts>): boolean => {
    // A request whose lease has expired is there after all: it is added again.
    for (const each of leases) if (hasExpired(each)) leases.delete(each);
    const next = plus(lease.amounts, more);
    const asked = names.filter((name) => (more[name] ?? 0) > 0);
    if (lease.hasEnded || !makeRoom(lease, next, asked)) return false;
    lease.amounts = next;
    leases.add(lease);
    return true;
  };
  return { add, end, size: () => leases.size };
}

/** Creates reservations without any. `limitsNow` returns the limits of all together, which may change; `now` is in milliseconds. */
export function createReservations(
  limitsNow: () => Amounts,
  now: () => number,
  rules: ReservationRules = fairRules,
): Reservations {
  const leases = createLeases(limitsNow, rules, now);
  return {
    open: (options) => {
      const lease: Lease = {
        ...options,
        amounts: { requests: 0, bytes: 0, units: 0 },
        sinceMs: now(),
        hasEnded: false,
      };
      if (!leases.add(lease, { requests: 1 })) return undefined;
      return {
        add: (more) => leases.add(lease, more),
        keep: (milliseconds) => {
          [lease.sinceMs, lease.leaseMs, lease.onRevoked] = [now(), milliseconds, undefined];
        },
        renew: (milliseconds) => {
          [lease.sinceMs, lease.leaseMs] = [now(), milliseconds];
        },
        release: () => leases.end(lease),
      };
    },
    get size() {
      return leases.size();
    },
  };
}
