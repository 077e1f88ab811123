import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Job, JobStatus } from "../../src/contract/jobs.ts";
import { problemCodes, problemDetails } from "../../src/contract/problem-details.ts";
import { jobBody } from "../../src/http/job-body.ts";
import { fakeAnswer } from "../support/fake-service.ts";

const digit = fc.constantFrom("0", "1", "9", "A", "Z", "a", "z");
const anyId = fc.array(digit, { minLength: 22, maxLength: 22 }).map((digits) => `job_${digits.join("")}`);
const anyProblem = fc
  .tuple(fc.constantFrom(...problemCodes), fc.string({ unit: "binary" }), fc.string())
  .map(([code, detail, requestId]) => problemDetails(code, { detail: detail.toWellFormed(), requestId }));
const anyFacts = fc.record({
  id: anyId,
  status: fc.constantFrom(...JobStatus.options),
  createdMs: fc.integer({ min: 0, max: 8e12 }),
  task: fc.string(),
  problem: fc.option(anyProblem),
});
/** The bytes of an answer, as any writer of JSON may have written them. */
const anyAnswer = fc.tuple(fc.string({ unit: "grapheme" }), fc.constantFrom(undefined, 1)).map(([text, indent]) => {
  const json = JSON.stringify({ ...fakeAnswer, text: text.toWellFormed() }, undefined, indent);
  return { json, body: new TextEncoder().encode(json) };
});

it("a job has all its keys and no other, whatever it is, and its result is the answer's bytes", () => {
  expect.hasAssertions();
  fc.assert(
    fc.property(anyFacts, fc.option(anyAnswer), (job, answered) => {
      const answer = answered === null ? undefined : { body: answered.body, headers: {} };
      const text = new TextDecoder().decode(jobBody({ job, answer }, "https://a.example"));
      const parsed: unknown = JSON.parse(text);
      expect(Object.keys(Job.parse(parsed))).toEqual(Object.keys(Job.shape));
      expect(Object.keys(Object(parsed))).toEqual(Object.keys(Job.shape));
      expect(text).toContain(`,"result":${answered?.json ?? "null"},"problem":`);
    }),
  );
});
