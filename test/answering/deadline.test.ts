import { describe, expect, it } from "vitest";
import { problemOf, SEVERAL_TIMEOUT_MS, withDeadline } from "../../src/answering/deadline.ts";
import { createService } from "../../src/answering/answer.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { Analyzed } from "../../src/contract/service.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import type { FetchImage } from "../../src/image/fetch-image.ts";
import { callWith, uncached } from "../support/calls.ts";
import { fakeBackend } from "../support/fake-backend.ts";
import { sampleImage } from "../support/sample-images.ts";

const street = sampleImage("street.jpg");

const cancelled = new Problem("request-cancelled", "gone");

function codesOf({ results }: Analyzed): readonly string[] {
  return results.map((result) => (result instanceof Problem ? result.code : "ok"));
}

describe("a deadline", () => {
  it("is in the call, and ends it", () => {
    const controller = new AbortController();
    const times: number[] = [];
    const call = withDeadline(callWith(), (milliseconds) => {
      times.push(milliseconds);
      return controller.signal;
    });
    expect(call.signal.aborted).toBe(false);
    controller.abort();
    expect([call.signal.aborted, times]).toEqual([true, [SEVERAL_TIMEOUT_MS]]);
  });

  it("turns the cancellation that it causes into the problem of one item", () => {
    expect(problemOf(cancelled, { deadline: AbortSignal.abort() }).code).toBe("deadline-exceeded");
  });

  it("leaves the caller's own cancellation, other problems and bugs as they are", () => {
    const bug = new TypeError("a bug");
    expect(() => problemOf(cancelled, {})).toThrow(cancelled);
    expect(() => problemOf(cancelled, { deadline: new AbortController().signal })).toThrow(cancelled);
    expect(() => problemOf(bug, { deadline: AbortSignal.abort() })).toThrow(bug);
    expect(problemOf(new Problem("image-corrupt", "cut"), { deadline: AbortSignal.abort() }).code).toBe(
      "image-corrupt",
    );
  });
});

/** A service whose time is over when the second image is fetched. */
function service() {
  const controller = new AbortController();
  const { backend } = fakeBackend({ text: "<s>a cat</s>" });
  const fetched: string[] = [];
  const fetchImage: FetchImage = async (url, signal) => {
    fetched.push(url);
    if (fetched.length === 2) controller.abort();
    if (signal.aborted) throw cancelled;
    const metadata = { url, freshSeconds: 0, isStorable: false };
    return { type: "file", bytes: street, contentType: "image/jpeg", metadata };
  };
  const options = { backend, find: uncached(backend), limits: ISOLATE_LIMITS, now: () => 0, fetchImage };
  return { fetched, api: createService({ ...options, timeout: () => controller.signal }) };
}

describe("a service with a deadline", () => {
  it("answers a batch as far as it came", async () => {
    const { api } = service();
    const items = ["a", "b", "c"].map((name) => {
      const image = { kind: "url", url: `https://a.test/${name}` } as const;
      return { task: "caption", image, options: {} };
    });
    expect(codesOf(await api.batch({ items }, callWith()))).toEqual(["ok", "deadline-exceeded", "deadline-exceeded"]);
  });

  it("does not begin another group of tasks", async () => {
    const controller = new AbortController();
    const { backend, requests } = fakeBackend({ text: "<s>a cat</s>" });
    const find = uncached(backend);
    const api = createService({
      backend,
      limits: ISOLATE_LIMITS,
      now: () => 0,
      timeout: () => controller.signal,
      find: async (request, call) => {
        const result = await find(request, call);
        controller.abort();
        return result;
      },
    });
    const items = [1, 2, 3].map((beams) => ({ task: "caption", options: { beams } }));
    const answered = await api.analyze({ image: { kind: "bytes", bytes: street }, items }, callWith());
    expect(codesOf(answered)).toEqual(["ok", "deadline-exceeded", "deadline-exceeded"]);
    expect(requests).toHaveLength(1);
  });
});
