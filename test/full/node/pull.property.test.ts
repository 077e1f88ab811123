import { rm } from "node:fs/promises";
import * as fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import type { Fault } from "../../support/hub-mirror.ts";
import { LARGE, LARGE_BYTES, pullSetup } from "../../support/pull-setup.ts";

const setup = await pullSetup();
afterAll(() => setup.close());

const faults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc.oneof(
    fc.record({ cutAfter: fc.integer({ min: 0, max: LARGE_BYTES - 1 }) }),
    fc.record({ cutAfter: fc.integer({ min: 0, max: 1000 }), ignoresRange: fc.constant(true) }),
    fc.record({ cutAfter: fc.integer({ min: 0, max: 1000 }), etag: fc.constantFrom('"a"', '"b"', 'W/"c"') }),
    fc.record({ status: fc.constantFrom(403, 416, 429, 500, 503) }),
  ),
  { maxLength: 12 },
);

it("repeated runs with any faults end with the right bytes or with an error, never with wrong bytes", async () => {
  await fc.assert(
    fc.asyncProperty(faults, async (planned) => {
      setup.mirror.faults.set(LARGE, planned);
      const runs = planned.length + 1;
      const answers: unknown[] = [];
      for (let run = 0; run < runs && answers.at(-1) !== "large"; run++) {
        answers.push(await setup.pull(LARGE).catch((error: unknown) => error));
      }
      await rm(setup.partial(LARGE));
      expect(answers.at(-1)).toBe("large");
      expect(answers.slice(0, -1)).toEqual(
        answers.slice(0, -1).map(() => expect.objectContaining({ name: "PullError" })),
      );
    }),
    { numRuns: 40 },
  );
});
