import { assert, date, property } from "fast-check";
import { expect, it } from "vitest";
import { dayEndMs, dayOf, monthEndMs, monthOf } from "../../src/accounts/periods.ts";

it.each([
  ["2026-11-30T23:59:59.999Z", "2026-11-30", "2026-11", "2026-12-01", "2026-12-01"],
  ["2026-12-01T00:00:00.000Z", "2026-12-01", "2026-12", "2026-12-02", "2027-01-01"],
  ["2026-12-31T23:59:59.999Z", "2026-12-31", "2026-12", "2027-01-01", "2027-01-01"],
  ["2028-02-28T12:00:00.000Z", "2028-02-28", "2028-02", "2028-02-29", "2028-03-01"],
  ["2028-02-29T12:00:00.000Z", "2028-02-29", "2028-02", "2028-03-01", "2028-03-01"],
  ["2027-02-28T00:00:00.000Z", "2027-02-28", "2027-02", "2027-03-01", "2027-03-01"],
  // Clocks are changed in Europe on this day; UTC is not.
  ["2026-10-25T01:30:00.000Z", "2026-10-25", "2026-10", "2026-10-26", "2026-11-01"],
])("%s is on %s in %s; the next day is %s, the next month's first %s", (moment, day, month, nextDay, nextMonth) => {
  const nowMs = Date.parse(moment);
  expect([dayOf(nowMs), monthOf(nowMs)]).toEqual([day, month]);
  expect([dayEndMs(nowMs), monthEndMs(nowMs)]).toEqual([Date.parse(nextDay), Date.parse(nextMonth)]);
});

const moments = date({ min: new Date("1970-01-01"), max: new Date("2999-12-31"), noInvalidDate: true });

it("a period holds its moment, and the next begins where it ends", () => {
  assert(
    property(moments, (moment) => {
      const nowMs = moment.getTime();
      for (const [periodOf, endMs] of [
        [dayOf, dayEndMs],
        [monthOf, monthEndMs],
      ] as const) {
        expect(endMs(nowMs)).toBeGreaterThan(nowMs);
        expect(periodOf(endMs(nowMs) - 1)).toBe(periodOf(nowMs));
        expect(periodOf(endMs(nowMs)) > periodOf(nowMs)).toBe(true);
      }
      expect(dayOf(nowMs).startsWith(monthOf(nowMs))).toBe(true);
    }),
  );
});
