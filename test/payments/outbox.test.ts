import { expect, it } from "vitest";
import { runOutbox } from "../support/outbox-run.ts";

/** The extent can be made smaller, to try it out. */
const charges = Number(process.env["OUTBOX_CHARGES"] ?? 10_000);
const kills = Number(process.env["OUTBOX_KILLS"] ?? 10);

it(
  `bills each of ${charges} charges once, while 30 of 100 requests fail and workerd is killed ${kills} times`,
  { timeout: 1_800_000 },
  async () => {
    const { ids, events, left, violations, duplicates, requests } = await runOutbox({
      seed: 17,
      charges,
      kills,
      patienceMs: 120_000,
    });
    // oxlint-disable-next-line no-console -- what the run has shown
    console.log(`${requests} requests, ${events.length} events, ${duplicates} duplicates answered with 400`);
    expect(events.map(({ identifier }) => identifier.split(".")[1]).toSorted()).toEqual(ids);
    expect(new Set(events.map(({ identifier }) => identifier)).size).toBe(charges);
    expect([left, violations]).toEqual([0, "[]"]);
    expect(duplicates).toBeGreaterThan(0);
  },
);
