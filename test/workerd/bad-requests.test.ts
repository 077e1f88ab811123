import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import type { BadRequest } from "../support/bad-request.ts";
import { badRequests } from "../support/bad-requests.ts";
import { sampleImage } from "../support/sample-images.ts";

async function send({
  path,
  method = "POST",
  type,
  coding,
  body,
}: Omit<BadRequest, "what" | "code">): Promise<Response> {
  const content = typeof body === "function" ? await body() : body;
  const headers = {
    ...(type === undefined ? {} : { "content-type": type }),
    ...(coding === undefined ? {} : { "content-encoding": coding }),
  };
  return exports.default.fetch(`https://api.test${path}`, {
    method,
    headers,
    ...(content === undefined ? {} : { body: content }),
  });
}

async function expectValidAnswer(): Promise<void> {
  const response = await send({ path: "/v1/region-proposal", type: "image/jpeg", body: sampleImage("street.jpg") });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ type: "boxes", finish_reason: "stop" });
}

describe("a bad request", () => {
  it("has at least forty cases", () => {
    expect(badRequests.length).toBeGreaterThanOrEqual(40);
  });

  it.each(badRequests)(
    "is rejected with its code, and the next valid request is answered: $what",
    async ({ code, ...request }) => {
      const response = await send(request);
      const body = await response.text();
      const problem = ProblemDetails.parse(JSON.parse(body));
      expect(problem.code).toBe(code);
      expect(response.status).toBe(problem.status);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(body).not.toMatch(/\n\s+at |\.ts:\d|node_modules/u);
      expect(body.length).toBeLessThan(20_000);
      await expectValidAnswer();
    },
  );
});
