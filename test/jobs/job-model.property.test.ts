import * as fc from "fast-check";
import { expect, it } from "vitest";
import { jobCommands } from "../support/job-commands.ts";
import { expectAllBegun, expectAllEnded, type JobModel } from "../support/job-model.ts";
import { createJobWorld } from "../support/job-world.ts";

type Check = typeof expectAllBegun;

function sequences(maxCommands: number, check: Check) {
  const commands = fc.commands(jobCommands, { maxCommands, size: "max" });
  return fc.asyncProperty(commands, async (sequence) => {
    const real = createJobWorld();
    const model: JobModel = { jobs: new Map(), leases: new Map(), attempts: [], seeds: 0, isQueueAway: false };
    await fc.asyncModelRun(() => ({ model, real }), sequence);
    await check(model, real);
  });
}

it("keeps its promises in every sequence of requests, attempts, losses and clocks: one lease, no change after the end, none lost", async () => {
  await expect(fc.assert(sequences(40, expectAllBegun), { numRuns: 60 })).resolves.toBeUndefined();
});

it("has ended after its day, whatever happened before", async () => {
  await expect(fc.assert(sequences(10, expectAllEnded), { numRuns: 10 })).resolves.toBeUndefined();
});
