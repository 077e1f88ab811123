import { exceedsShare, type Limit } from "./units.ts";

/** What is shared: each amount has a limit of its own. */
export interface Amounts {
  /** Memory in bytes. */
  readonly bytes: number;
  /** Estimated work. */
  readonly units: number;
}

/** What one request has reserved. */
export interface Reservation {
  /**
   * Reserves more. Returns false, and reserves nothing, if that would exceed a limit. Whoever is the only one to have anything may exceed them all, and a
   * caller's only request what a single caller may have.
   */
  add(more: Partial<Amounts>): boolean;
  /** Extends the lease to `milliseconds` from now. A reservation whose lease has ended may be given to others. */
  renew(milliseconds: number): void;
  /** Ends the reservation; a second call does nothing. */
  release(): void;
}

/** Shares memory and work between requests, with leases: workerd drops the request of a disconnected caller without running its `finally`. */
export interface Reservations {
  /** Opens a reservation of nothing, with a lease of `leaseMs`. */
  open(caller: string, leaseMs: number): Reservation;
  /** Number of reservations. */
  readonly size: number;
}

/** The limit of each amount. */
export type ReservationLimits = Readonly<Record<keyof Amounts, Limit>>;

/** What a request has, and until when. */
interface Lease {
  readonly caller: string;
  amounts: Amounts;
  sinceMs: number;
  leaseMs: number;
}

function sumOf(leases: readonly Lease[], name: keyof Amounts): number {
  return leases.reduce((sum, { amounts }) => sum + amounts[name], 0);
}

/** Whether `next` is too much for a caller beside all others, by one of the limits. */
function isOver(next: Amounts, caller: string, others: readonly Lease[], limits: ReservationLimits): boolean {
  const ownOthers = others.filter((other) => other.caller === caller);
  return (["bytes", "units"] as const).some((name) => {
    const [all, own] = [sumOf(others, name), sumOf(ownOthers, name)];
    return next[name] > 0 && all > 0 && exceedsShare({ next: next[name], all, own }, limits[name]);
  });
}

/** Creates reservations without any. `limitsNow` returns the limits, which may change; `now` is in milliseconds. */
export function createReservations(limitsNow: () => ReservationLimits, now: () => number): Reservations {
  const leases = new Set<Lease>();
  // Math.abs: a clock that was set back does not prolong the leases of dropped requests.
  const hasExpired = ({ sinceMs, leaseMs }: Lease): boolean => Math.abs(now() - sinceMs) >= leaseMs;
  const add = (lease: Lease, { bytes = 0, units = 0 }: Partial<Amounts>): boolean => {
    const next = { bytes: lease.amounts.bytes + bytes, units: lease.amounts.units + units };
    for (const each of leases) if (hasExpired(each)) leases.delete(each);
    const others = [...leases].filter((each) => each !== lease);
    if (isOver(next, lease.caller, others, limitsNow())) return false;
    lease.amounts = next;
    return true;
  };
  return {
    open: (caller, leaseMs) => {
      const lease: Lease = { caller, amounts: { bytes: 0, units: 0 }, sinceMs: now(), leaseMs };
      leases.add(lease);
      return {
        add: (more) => add(lease, more),
        renew: (milliseconds) => {
          [lease.sinceMs, lease.leaseMs] = [now(), milliseconds];
        },
        release: () => void leases.delete(lease),
      };
    },
    get size() {
      return leases.size;
    },
  };
}
