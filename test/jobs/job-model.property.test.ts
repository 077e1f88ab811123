import * as fc from "fast-check";
import { it } from "vitest";
import { expectAllBegun, jobCommands, type JobModel } from "../support/job-commands.ts";
import { createJobWorld } from "../support/job-world.ts";

it("keeps its promises in every sequence of requests, attempts, losses and clocks: one lease, no change after the end, none lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(jobCommands, { maxCommands: 40 }), async (commands) => {
      const real = createJobWorld();
      const model: JobModel = { jobs: new Map(), leases: new Map(), attempts: [], seeds: 0, isQueueAway: false };
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await expectAllBegun(model, real);
    }),
    { numRuns: 150 },
  );
});
