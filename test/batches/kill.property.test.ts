import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHUNK_LINES } from "../../src/batches/file-index.ts";
import { batchAt, createdBatch, paidBatchApp, resultsIn } from "../support/batch-app.ts";
import { byName, batchLine, type Moment } from "../support/batch-world.ts";
import { bilevelPng } from "../support/image-bytes.ts";

const image = btoa(String.fromCharCode(...(await bilevelPng(8, 8))));
const LINES = CHUNK_LINES + 8;
const CREDIT = 1_000_000;
const PRICE = 50;

/** Each asks for something else, but for one that is broken and one that repeats another. */
const lines = Array.from({ length: LINES }, (_, index) => {
  if (index === 3) return '{"custom_id":"c3"';
  return batchLine(`c${index}`, { image, max_new_tokens: index === 5 ? 5 : index + 1, beams: 1 });
});
const QUESTIONS = LINES - 2;

const moment = fc.constantFrom<Moment>("ask", "answered", "put", "finish", "finished");
/** A kill at the n-th of such moments since the kill before. */
const kills = fc.array(fc.tuple(moment, fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 6 });
let killed = 0;

describe("a batch whose process is killed", () => {
  it("goes on at any line: each has one result, and each question is charged once at half the price", async () => {
    await fc.assert(
      fc.asyncProperty(kills, fc.constantFrom(1, 3), async (planned, concurrency) => {
        const world = paidBatchApp();
        const { batches } = world;
        const account = await world.paid.open(CREDIT);
        const headers = { authorization: `Bearer ${account.key}` };
        const { id } = await createdBatch(world, lines, { headers });
        const rest = [...planned];
        let seen = 0;
        batches.moments.at = (at) => {
          const [next] = rest;
          if (next?.[0] !== at || ++seen < next[1]) return;
          rest.shift();
          seen = 0;
          batches.kill();
          killed += 1;
          world.restart();
        };
        for (let minute = 0; minute < 300; minute += 1) {
          batches.take(concurrency);
          await batches.time.pass(20_000);
          world.paid.world.nowMs = batches.time.now();
          if ((await batchAt(world, id, headers)).status === "completed") break;
        }
        const batch = await batchAt(world, id, headers);
        expect(batch.request_counts).toEqual({ total: LINES, completed: LINES - 1, failed: 1 });
        const output = await resultsIn(world, batch.output_file_id, headers);
        const errors = await resultsIn(world, batch.error_file_id, headers);
        expect([...output, ...errors].map(({ custom_id }) => custom_id).toSorted(byName)).toEqual(
          lines.map((_, index) => `c${index}`).toSorted(byName),
        );
        expect(errors.map(({ custom_id }) => custom_id)).toEqual(["c3"]);
        expect(account.entries()).toEqual(Array.from({ length: QUESTIONS }, () => ["charge", -PRICE]));
        expect([account.balance(), await account.violations()]).toEqual([CREDIT - QUESTIONS * PRICE, []]);
      }),
      { numRuns: 8 },
    );
    expect(killed).toBeGreaterThan(0);
  });
});
