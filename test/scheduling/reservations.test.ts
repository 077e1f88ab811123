import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createReservations, type Reservation } from "../../src/scheduling/reservations.ts";

/** Reservations of 100 bytes and 40 units, half of them for one caller, and their clock. */
function setUp() {
  let clock = 0;
  const limits = { bytes: { all: 100, own: 50 }, units: { all: 40, own: 20 } };
  const reservations = createReservations(
    () => limits,
    () => clock,
  );
  return { limits, reservations, advance: (milliseconds: number) => void (clock += milliseconds) };
}

describe("reservations", () => {
  it("grow until a limit of all is reached, and refuse the whole addition", () => {
    const { reservations } = setUp();
    const [a, b, c] = ["a", "b", "c"].map((caller) => reservations.open(caller, 1000));
    expect([a?.add({ bytes: 40 }), b?.add({ bytes: 50 }), c?.add({ bytes: 11 }), c?.add({ bytes: 10 })]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  it.each(["bytes", "units"] as const)("leave half of the %s to others", (name) => {
    const { reservations, limits } = setUp();
    const half = limits[name].own;
    const [first, second] = [reservations.open("hog", 1000), reservations.open("hog", 1000)];
    reservations.open("other", 1000).add({ [name]: 1 });
    expect([first.add({ [name]: half }), second.add({ [name]: 1 })]).toEqual([true, false]);
    expect(reservations.open("third", 1000).add({ [name]: half - 1 })).toBe(true);
  });

  it("allow a caller's only request more than half, and the only request anything", () => {
    const { reservations } = setUp();
    const [a, b] = [reservations.open("a", 1000), reservations.open("b", 1000)];
    expect(a.add({ bytes: 90 })).toBe(true);
    expect([b.add({ bytes: 11 }), b.add({ bytes: 10 })]).toEqual([false, true]);
    b.release();
    expect(a.add({ bytes: 1000 })).toBe(true);
  });

  it("of one amount do not depend on another that is exhausted", () => {
    const { reservations } = setUp();
    reservations.open("a", 1000).add({ bytes: 1000 });
    expect(reservations.open("b", 1000).add({ units: 20 })).toBe(true);
  });

  it("are given to others when the lease has ended, also after the clock was set back", () => {
    for (const elapsedMs of [1000, -3_600_000]) {
      const { reservations, advance } = setUp();
      const dropped = reservations.open("a", 500);
      dropped.add({ bytes: 100 });
      dropped.renew(1000);
      advance(Math.sign(elapsedMs) * 999);
      expect(reservations.open("b", 9000).add({ bytes: 1 })).toBe(false);
      advance(elapsedMs - Math.sign(elapsedMs) * 999);
      expect(reservations.open("b", 9000).add({ bytes: 1 })).toBe(true);
    }
  });

  it("end once", () => {
    const { reservations } = setUp();
    const one = reservations.open("a", 1000);
    one.release();
    one.release();
    expect(reservations.size).toBe(0);
  });

  it("never exceed a limit together, but for who is alone", () => {
    const steps = fc.array(
      fc.record({ caller: fc.constantFrom("a", "b", "c"), bytes: fc.integer({ min: 0, max: 60 }), ends: fc.boolean() }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const { reservations, limits } = setUp();
        const held: { caller: string; bytes: number; reservation: Reservation }[] = [];
        for (const { caller, bytes, ends } of all) {
          if (ends) held.shift()?.reservation.release();
          const reservation = reservations.open(caller, 1000);
          if (reservation.add({ bytes })) held.push({ caller, bytes, reservation });
          else reservation.release();
          const amounts = held.filter((each) => each.bytes > 0);
          const sum = amounts.reduce((total, each) => total + each.bytes, 0);
          expect(amounts.length <= 1 || sum <= limits.bytes.all).toBe(true);
          for (const own of Map.groupBy(amounts, (each) => each.caller).values()) {
            const ownSum = own.reduce((total, each) => total + each.bytes, 0);
            expect(own.length <= 1 || ownSum <= limits.bytes.own || own.length === amounts.length).toBe(true);
          }
        }
      }),
    );
  });
});
