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
    const admission = createAdmission(1);
    await admission.close();
    await admission.close();
    expect(admission.isOpen).toBe(false);
  });
});

describe("an admission", () => {
  it("ends when the work fails", async () => {
    const admission = createAdmission(1);
    const broken = admission.admit(() => Promise.reject(new Error("broken")));
    await expect(broken).rejects.toThrow("broken");
    await expect(admission.admit(async () => admission.inFlight)).resolves.toBe(1);
    expect(admission.inFlight).toBe(0);
  });

  it("ends when the caller disconnects while sending the body", async () => {
    const { app, admission } = await servingApp({ maxInFlight: 1 });
    const caller = Promise.withResolvers<void>();
    const stalled = new ReadableStream({ pull: (controller) => caller.promise.then(() => controller.error()) });
    const init = { method: "POST", body: stalled, duplex: "half" };
    const response = app.request(new Request("http://gpu.test/v2/models/florence2/infer", init));
    expect(admission.inFlight).toBe(1);
    caller.resolve();
    expect(await errorOf(await response)).toEqual([499, "request-cancelled"]);
    expect(admission.inFlight).toBe(0);
  });
});
