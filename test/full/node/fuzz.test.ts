import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createService } from "../../../src/answering/answer.ts";
import { Problem, type ProblemCode } from "../../../src/contract/problems.ts";
import { createApp } from "../../../src/http/app.ts";
import { ISOLATE_LIMITS } from "../../../src/image/image.ts";
import { anyFuzzRequest } from "../../support/fuzz/any-fuzz-request.ts";
import { platformRequest, pathOf } from "../../support/fuzz/fuzz-request.ts";
import { uncached } from "../../support/calls.ts";
import { expectAsDocumented, rows } from "../../support/document-check.ts";
import { fakeBackend } from "../../support/fake-backend.ts";
import { admitAll } from "../../support/fake-service.ts";
import { tokenSoup } from "../../support/token-soup.ts";

/** The problem codes of a backend's failures; `internal`, which reports a bug, is not one of them. */
const failures = ["backend-failed", "backend-unavailable", "backend-timeout", "overloaded", "model-corrupt"] as const;

/** What the model does for a request: it generates this text, or fails with this code. */
interface ModelResult {
  readonly text: string;
  readonly failure: ProblemCode | undefined;
}
const anyModelResult: fc.Arbitrary<ModelResult> = fc.record({
  text: tokenSoup,
  failure: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constantFrom<ProblemCode>(...failures)),
});

/** Creates the whole API with a fake model; logged problems are added to `logged`. */
function createFuzzedApp({ text, failure }: ModelResult, logged: Problem[]) {
  const { backend: working } = fakeBackend({ text, probability: 0.5 });
  const backend = {
    ...working,
    generate: (...call: Parameters<typeof working.generate>) => {
      if (failure !== undefined) throw new Problem(failure, "The backend failed.");
      return working.generate(...call);
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
    timeout: () => new AbortController().signal,
    admit: admitAll,
    newRequestId: () => "made-here",
    logError: (problem) => logged.push(problem),
  });
}

/** The origin of all URLs of images: nothing is fetched. */
const NOWHERE = "http://127.0.0.1:1";

/** The status and, for 200, the content type of a response, to see which kinds of responses occurred. */
function describeResponse({ status, headers }: Response): string {
  return `${status} ${status === 200 ? headers.get("content-type") : ""}`.trim();
}

/** Responses that every run must include, so that not all requests are rejected. */
const expectedResponses = [
  "200 application/json",
  "200 image/svg+xml",
  "204",
  "304",
  "400",
  "404",
  "405",
  "415",
  "422",
];

it("every operation responds to any request as documented, whatever the model generates", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(anyFuzzRequest(NOWHERE), anyModelResult, async (request, modelResult) => {
      const logged: Problem[] = [];
      const sent = platformRequest(request);
      const response = await createFuzzedApp(modelResult, logged).fetch(sent);
      seen.add(describeResponse(response));
      const { pathname } = new URL(sent.url);
      await expectAsDocumented(response, request.method, pathOf({ target: pathname }));
      expect(logged.filter(({ code }) => code === "internal").map(({ cause }) => cause)).toEqual([]);
    }),
    { numRuns: 2500 },
  );
  expect([...seen]).toEqual(
    expect.arrayContaining([...expectedResponses, "200 text/event-stream", "500", "502", "503", "504"]),
  );
}, 120_000);
