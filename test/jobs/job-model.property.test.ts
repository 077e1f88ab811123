import * as fc from "fast-check";
import { it } from "vitest";
import { expectAllBegun, expectAllEnded, jobCommands, type JobModel } from "../support/job-commands.ts";
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
  await fc.assert(sequences(40, expectAllBegun), { numRuns: 60 });
});

it("has ended after its day, whatever happened before", async () => {
  await fc.assert(sequences(10, expectAllEnded), { numRuns: 10 });
});
