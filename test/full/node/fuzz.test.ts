import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createService } from "../../../src/answering/answer.ts";
import { Problem, type ProblemCode } from "../../../src/contract/problems.ts";
import { createApp } from "../../../src/http/app.ts";
import { ISOLATE_LIMITS } from "../../../src/image/image.ts";
import { anyRequest, describeResponse, requestTo } from "../../support/any-request.ts";
import { uncached } from "../../support/calls.ts";
import { expectAsDocumented, rows } from "../../support/document-check.ts";
import { fakeBackend } from "../../support/fake-backend.ts";
import { tokenSoup } from "../../support/token-soup.ts";

/** What a backend may fail with; a bug of ours is none of them. */
const failures = ["backend-failed", "backend-unavailable", "backend-timeout", "overloaded", "model-corrupt"] as const;

/** What the model does: it writes anything at all, or fails. */
interface Writing {
  readonly text: string;
  readonly failure: ProblemCode | undefined;
}
const anyWriting: fc.Arbitrary<Writing> = fc.record({
  text: tokenSoup,
  failure: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constantFrom<ProblemCode>(...failures)),
});

/** The whole API, but for the model. */
function appOver({ text, failure }: Writing, logged: Problem[]) {
  const { backend: writing } = fakeBackend({ text, probability: 0.5 });
  const backend = {
    ...writing,
    generate: (...call: Parameters<typeof writing.generate>) => {
      if (failure !== undefined) throw new Problem(failure, "The backend failed.");
      return writing.generate(...call);
    },
  };
  return createApp({
    tasks: rows,
    service: createService({
      backend,
      find: uncached(backend),
      limits: ISOLATE_LIMITS,
      now: () => 0,
      imageConcurrency: 1,
    }),
    version: "1.0.0",
    sleep: () => new Promise(() => {}),
    newRequestId: () => "made-here",
    logError: (problem) => logged.push(problem),
  });
}

/** Outcomes that every run must have seen, so that it has not only been refused. */
const usual = ["200 application/json", "200 image/svg+xml", "204", "304", "400", "404", "405", "415", "422"];

it("every operation answers anything as the document says, whatever the model writes", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anyRequest, anyWriting, async (request, writing) => {
      const logged: Problem[] = [];
      const response = await appOver(writing, logged).fetch(requestTo("https://api.test", request));
      seen.add(describeResponse(response));
      await expectAsDocumented(response, request.method, request.path);
      expect(logged.filter(({ code }) => code === "internal").map(({ cause }) => cause)).toEqual([]);
    }),
    { numRuns: 2500 },
  );
  expect([...seen]).toEqual(expect.arrayContaining([...usual, "200 text/event-stream", "500", "502", "503", "504"]));
}, 120_000);
