import { describe, expect, it } from "vitest";
import { createAdmission } from "../../src/serving/admission.ts";
import { RETRY_AFTER_SECONDS } from "../../src/serving/app.ts";
import { ask, askStream, errorOf, image, servingApp, street64, texts } from "../support/serving-app.ts";
import { manualEngine } from "../support/manual-engine.ts";

const request = { inputs: [image, texts("prompt", "a")] };

describe("a full server", () => {
  it("answers 503 with Retry-After until a request has ended", async () => {
    const { engine, started, finish } = manualEngine();
    const { app, admission } = await servingApp({ engine, maxInFlight: 1 });
    const first = ask(app, request);
    await started;
    for (const refused of [await ask(app, request), await askStream(app, { text_input: "a", image: street64 })]) {
      expect(refused.headers.get("retry-after")).toBe(String(RETRY_AFTER_SECONDS));
      expect(await errorOf(refused)).toEqual([503, "overloaded"]);
    }
    expect(admission.inFlight).toBe(1);
    finish();
    expect((await first).status).toBe(200);
    expect(admission.inFlight).toBe(0);
  });

  it("stays ready and serves its metrics", async () => {
    const { engine, started } = manualEngine();
    const { app } = await servingApp({ engine, maxInFlight: 1 });
    void ask(app, request);
    await started;
    expect((await app.request("/v2/health/ready")).status).toBe(200);
    expect((await app.request("/metrics")).status).toBe(200);
  });
});

describe("a closing server", () => {
  it("refuses further requests and waits for those in flight", async () => {
    const { engine, started, finish } = manualEngine();
    const { app, admission } = await servingApp({ engine });
    const first = ask(app, request);
    await started;
    const ended: string[] = [];
    const closed = admission.close().then(() => ended.push("closed"));
    expect(await errorOf(await ask(app, request))).toEqual([503, "overloaded"]);
    expect(ended).toEqual([]);
    finish();
    expect((await first).status).toBe(200);
    await closed;
    expect(ended).toEqual(["closed"]);
  });

  it("closes at once if no request is in flight, also when closed twice", async () => {
    const admission = createAdmission({ maxRequests: 1, maxUnits: 2 });
    await admission.close();
    await admission.close();
    expect(admission.isOpen).toBe(false);
  });
});

describe("an admission", () => {
  const claim = { caller: "a", units: 1 };

  it("ends when the work fails", async () => {
    const admission = createAdmission({ maxRequests: 1, maxUnits: 2 });
    const broken = admission.admit(claim, () => Promise.reject(new Error("broken")));
    await expect(broken).rejects.toThrow("broken");
    await expect(admission.admit(claim, async () => admission.inFlight)).resolves.toBe(1);
    expect(admission.inFlight).toBe(0);
  });

  it("begins when the body is there: who sends none takes no place", async () => {
    const { app, admission } = await servingApp({ maxInFlight: 1 });
    const caller = Promise.withResolvers<void>();
    const stalled = new ReadableStream({ pull: (controller) => caller.promise.then(() => controller.error()) });
    const init = { method: "POST", body: stalled, duplex: "half" };
    const response = app.request(new Request("http://gpu.test/v2/models/florence2/infer", init));
    expect(admission.inFlight).toBe(0);
    expect((await ask(app, request)).status).toBe(200);
    caller.resolve();
    expect(await errorOf(await response)).toEqual([499, "request-cancelled"]);
  });

  it("is refused to a caller who would have more units than are free, and not to another", async () => {
    const admission = createAdmission({ maxRequests: 100, maxUnits: 20 });
    const ended = Promise.withResolvers<void>();
    const running = admission.admit({ caller: "hog", units: 9 }, () => ended.promise);
    const refused = admission.admit({ caller: "hog", units: 3 }, async () => {});
    await expect(refused).rejects.toMatchObject({ code: "overloaded" });
    await expect(admission.admit({ caller: "other", units: 8 }, async () => "ran")).resolves.toBe("ran");
    ended.resolve();
    await running;
    await expect(admission.admit({ caller: "hog", units: 10 }, async () => "ran")).resolves.toBe("ran");
  });

  it("is refused for more units than a caller may ever have", async () => {
    const admission = createAdmission({ maxRequests: 100, maxUnits: 20 });
    const refused = admission.admit({ caller: "a", units: 11 }, async () => {});
    await expect(refused).rejects.toMatchObject({ code: "too-much-work" });
  });
});

describe("a request's units", () => {
  it("are those of its prompts and beams", async () => {
    const { app } = await servingApp({ maxUnits: 40 });
    const many = { ...request, inputs: [image, texts("prompt", ...Array.from({ length: 6 }, () => "a"))] };
    expect((await ask(app, request)).status).toBe(200);
    expect(await errorOf(await ask(app, many))).toEqual([422, "too-much-work"]);
  });

  it("are counted by caller, as the edge names them", async () => {
    const { engine, started, finish } = manualEngine();
    const { app } = await servingApp({ engine, maxUnits: 16 });
    const first = ask(app, request, { headers: { "x-caller": "hog" } });
    await started;
    expect(await errorOf(await ask(app, request, { headers: { "x-caller": "hog" } }))).toEqual([503, "overloaded"]);
    const other = ask(app, request, { headers: { "x-caller": "other" } });
    finish();
    expect([(await first).status, (await other).status]).toEqual([200, 200]);
  });
});
