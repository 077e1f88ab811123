import { describe, expect, it } from "vitest";
import { backendProblem } from "../../src/placements/backend-problem.ts";
import { InferenceFailure } from "../../src/inference/protocol/failure.ts";

describe("backendProblem", () => {
  it.each([
    [new InferenceFailure("unreachable", ""), "backend-unavailable"],
    [new InferenceFailure("unavailable", "", { status: 503 }), "backend-unavailable"],
    [new InferenceFailure("unavailable", "full", { status: 503, code: "overloaded" }), "overloaded"],
    [new InferenceFailure("circuit-open", ""), "backend-unavailable"],
    [new InferenceFailure("deadline", ""), "backend-timeout"],
    [new InferenceFailure("server-error", "", { status: 500 }), "backend-failed"],
    [new InferenceFailure("malformed", ""), "backend-failed"],
    [new InferenceFailure("refused", "", { status: 400 }), "backend-failed"],
    [new InferenceFailure("refused", "", { status: 422, code: "image-corrupt" }), "image-corrupt"],
    [new InferenceFailure("refused", "", { status: 422, code: "prompt-too-long" }), "prompt-too-long"],
    [new InferenceFailure("refused", "", { status: 400, code: "misconfigured" }), "backend-failed"],
    [new InferenceFailure("cancelled", ""), "request-cancelled"],
    [new InferenceFailure("refused", "", { status: 401, code: "unauthorized" }), "misconfigured"],
    [new InferenceFailure("refused", "", { status: 403 }), "misconfigured"],
    [new InferenceFailure("refused", "", { status: 407 }), "misconfigured"],
  ])("converts %s to %s", (failure, code) => {
    expect(backendProblem(failure)).toMatchObject({ code, cause: failure });
  });

  it("passes on the backend's message without its address for codes that are passed through", () => {
    const details = { status: 422, code: "image-corrupt", serverMessage: "The file is cut off." };
    expect(
      backendProblem(
        new InferenceFailure("refused", "/v2/models/florence2/infer: status 422: The file is cut off.", details),
      ),
    ).toMatchObject({ detail: details.serverMessage });
  });

  it("returns any other error unchanged", () => {
    const bug = new TypeError("a bug");
    expect(backendProblem(bug)).toBe(bug);
  });
});
