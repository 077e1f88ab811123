import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Amounts, createReservations, type Reservation } from "../../src/scheduling/reservations.ts";

const limits: Amounts = { requests: 128, bytes: 1280, units: 128 };

/** Reservations with these limits, and their clock. `open` throws if there is no room for a request. */
function setUp() {
  let clock = 0;
  const reservations = createReservations(
    () => limits,
    () => clock,
  );
  const open = (caller: string, onRevoked?: () => void, leaseMs = 1000): Reservation => {
    const reservation = reservations.open({ caller, leaseMs, onRevoked });
    if (reservation === undefined) throw new Error("There is no room.");
    return reservation;
  };
  return { open, reservations, advance: (milliseconds: number) => void (clock += milliseconds) };
}

describe("units of reservations", () => {
  it("are half for one caller, and a third each for two, so that there is room for another", () => {
    const { open } = setUp();
    const taken = ["a", "b", "a", "b"].map((caller) => open(caller).add({ units: 32 }));
    expect(taken).toEqual([true, true, true, false]);
    expect([open("c").add({ units: 16 }), open("a").add({ units: 1 })]).toEqual([true, false]);
  });

  it("are kept in part for who has nothing and asks for little", () => {
    const { open } = setUp();
    for (const caller of ["a", "b", "c", "d"]) open(caller).add({ units: 28 });
    expect([open("e").add({ units: 2 }), open("a").add({ units: 1 })]).toEqual([false, false]);
    expect(Array.from({ length: 17 }, (_, index) => open(`f${index}`).add({ units: 1 }))).toEqual([
      ...Array.from({ length: 16 }, () => true),
      false,
    ]);
  });

  it("of the only one who has some may exceed the limit", () => {
    const { open } = setUp();
    expect([open("a").add({ units: 1000 }), open("b").add({ units: 1 }), open("b").add({ bytes: 1 })]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe("bytes of reservations", () => {
  it("may all be one caller's, but for a part for who has nothing", () => {
    const { open } = setUp();
    expect([600, 520, 1].map((bytes) => open("office").add({ bytes }))).toEqual([true, true, false]);
    expect(open("other").add({ bytes: 10 })).toBe(true);
  });

  it("are given up for who has less, as long as they arrive: the largest of the caller who has most", () => {
    const { open } = setUp();
    const revoked: string[] = [];
    const large = open("a", () => revoked.push("large"));
    const small = open("a", () => revoked.push("small"));
    const kept = open("a", () => revoked.push("kept"));
    kept.add({ bytes: 500 });
    kept.keep(9000);
    large.add({ bytes: 400 });
    small.add({ bytes: 200 });
    expect([open("b").add({ bytes: 300 }), revoked, large.add({ bytes: 1 })]).toEqual([true, ["large"], false]);
    expect([open("c").add({ bytes: 300 }), revoked]).toEqual([true, ["large", "small"]]);
    expect([open("d").add({ bytes: 300 }), revoked]).toEqual([false, ["large", "small"]]);
  });

  it("are not given up for who would have as much", () => {
    const { open } = setUp();
    const revoked: string[] = [];
    open("a", () => revoked.push("a")).add({ bytes: 600 });
    expect([open("b", () => revoked.push("b")).add({ bytes: 600 }), revoked]).toEqual([false, []]);
  });
});

describe("reservations", () => {
  it("are of a limited number of requests, half of them for one caller", () => {
    const { reservations, open } = setUp();
    for (let index = 0; index < 64; index += 1) open("a");
    expect([reservations.open({ caller: "a", leaseMs: 1000 }), reservations.size]).toEqual([undefined, 64]);
    expect(reservations.open({ caller: "b", leaseMs: 1000 })).toBeDefined();
  });

  it("are given to others when the lease has ended, also after the clock was set back", () => {
    for (const elapsedMs of [1000, -3_600_000]) {
      const { open, advance } = setUp();
      const dropped = open("a", undefined, 500);
      dropped.add({ units: 1000 });
      dropped.keep(1000);
      advance(Math.sign(elapsedMs) * 999);
      expect(open("b").add({ units: 1 })).toBe(false);
      advance(elapsedMs - Math.sign(elapsedMs) * 999);
      expect(open("b").add({ units: 1 })).toBe(true);
      // Who is there after all counts again.
      expect([dropped.add({ units: 1 }), open("c").add({ units: 1 })]).toEqual([false, true]);
    }
  });

  it("end once, and have nothing afterwards", () => {
    const { open, reservations } = setUp();
    const one = open("a");
    one.release();
    one.release();
    expect([one.add({ bytes: 1 }), reservations.size]).toEqual([false, 0]);
  });

  it("never exceed a limit together, but for who is alone, and there is always room for a little", () => {
    const steps = fc.array(
      fc.record({
        caller: fc.constantFrom("a", "b", "c"),
        units: fc.integer({ min: 2, max: 60 }),
        ends: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const { open } = setUp();
        const held: { units: number; reservation: Reservation }[] = [];
        for (const { caller, units, ends } of all) {
          if (ends) held.shift()?.reservation.release();
          const reservation = open(caller);
          if (reservation.add({ units })) held.push({ units, reservation });
          else reservation.release();
          const sum = held.reduce((total, each) => total + each.units, 0);
          expect(held.length <= 1 || sum <= limits.units * (7 / 8)).toBe(true);
          const little = open("newcomer");
          expect(little.add({ units: 1 })).toBe(true);
          little.release();
        }
      }),
    );
  });
});
