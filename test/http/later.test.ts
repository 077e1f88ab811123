import { describe, expect, it } from "vitest";
import { preferenceOf } from "../../src/http/prefer.ts";
import { cacheMiss, fakeAnswer, fakeTasks } from "../support/fake-service.ts";
import { jobIn, laterApp, ORIGIN } from "../support/later-app.ts";
import { asFile, asForm, asJson, imageText, jobAt, withImage } from "../support/later-requests.ts";

/** The same request, answered now. */
function withoutLater(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers);
  headers.delete("prefer");
  if (init.body instanceof FormData) return asForm("false");
  return {
    ...init,
    headers,
    ...(typeof init.body === "string" && { body: init.body.replace('"async":true', '"async":false') }),
  };
}

describe("an answer later", () => {
  it.each([
    ["in JSON", "/v1/caption", asJson(withImage({ async: true }))],
    ["in the query", "/v1/caption?async=true", asFile()],
    ["in a form", "/v1/caption", asForm("true")],
    ["by Prefer", "/v1/caption", asFile({ prefer: "respond-async" })],
    ["by Prefer, spelled otherwise", "/v1/caption", asFile({ prefer: "handling=lenient, Respond-Async" })],
    ["of analyze", "/v1/analyze", asJson(withImage({ async: true, tasks: [{ task: "caption" }] }))],
    ["of batch", "/v1/batch", asJson(JSON.stringify({ async: true, items: [{ task: "caption", image: imageText }] }))],
  ])("is asked for %s, accepted and answered", async (_, path, init) => {
    const { app, deliver, files } = laterApp();
    const response = await app.request(ORIGIN + path, init);
    expect(response.status).toBe(202);
    expect(response.headers.get("location")).toMatch(/^\/v1\/jobs\/job_[0-9A-Za-z]{22}$/u);
    expect(response.headers.get("retry-after")).toBe("1");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const isPreferred = new Headers(init.headers).has("prefer");
    expect(response.headers.get("preference-applied")).toBe(isPreferred ? "respond-async" : null);
    const accepted = await jobIn(response);
    const location = response.headers.get("location");
    expect(accepted).toMatchObject({ status: "queued", result: null, problem: null });
    expect(accepted.urls).toEqual({ get: ORIGIN + location, cancel: ORIGIN + location });
    await deliver();
    const direct = await (await app.request(ORIGIN + path.replace("async=true", ""), withoutLater(init))).text();
    const text = await (await jobAt({ app }, location)).text();
    expect(JSON.parse(text)).toMatchObject({ id: accepted.id, status: "succeeded", problem: null });
    // Byte for byte, and not only equal as JSON.
    expect(text).toContain(`"result":${direct},"problem":`);
    expect([...files.keys()].every((name) => name.startsWith(`jobs/${accepted.id}/`))).toBe(true);
  });

  it.each(fakeTasks)("is that of a direct request: $name", async ({ name, input }) => {
    const options = {
      none: {},
      text: { text: "a cat" },
      labels: { labels: ["a", "b"] },
      region: { region: "<loc_1><loc_1><loc_9><loc_9>" },
    };
    const { app, deliver } = laterApp();
    const direct = await (await app.request(`${ORIGIN}/v1/${name}`, asJson(withImage(options[input])))).text();
    const later = await app.request(`${ORIGIN}/v1/${name}`, asJson(withImage({ ...options[input], async: true })));
    await deliver();
    const answered = await app.request(`${ORIGIN}${later.headers.get("location")}`);
    expect(await answered.text()).toContain(`"result":${direct},`);
  });

  it("keeps what the answer depends on, and no other header", async () => {
    const { app, books } = laterApp();
    const headers = {
      prefer: "respond-async",
      "cache-control": "no-cache",
      traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-00`,
      cookie: "a=b",
      authorization: "Bearer secret",
    };
    await app.request(`${ORIGIN}/v1/caption?beams=2`, asFile(headers));
    const [row] = books.rows();
    expect(row?.request.target).toBe("/v1/caption?beams=2");
    expect(row?.request.headers).toEqual({
      "content-type": "image/jpeg",
      "cache-control": headers["cache-control"],
      traceparent: headers.traceparent,
    });
    expect(JSON.stringify(row)).not.toContain("secret");
  });

  it("has the id of the request that asked, in what it says and logs", async () => {
    const { app, deliver, calls } = laterApp();
    await app.request(`${ORIGIN}/v1/caption`, asFile({ prefer: "respond-async", "x-request-id": "mine-1" }));
    await deliver();
    expect(calls.map(({ trace }) => trace.requestId)).toEqual(["mine-1"]);
  });

  it("can be compressed when it is sent, and is asked as it was", async () => {
    const { app, deliver, requests } = laterApp();
    const packed = new Response(
      new Blob([withImage({ async: true })]).stream().pipeThrough(new CompressionStream("gzip")),
    );
    const body = await packed.arrayBuffer();
    const headers = { "content-encoding": "gzip", "content-type": "application/json" };
    const response = await app.request(`${ORIGIN}/v1/caption`, { method: "POST", headers, body });
    expect(response.status).toBe(202);
    await deliver();
    expect(requests).toHaveLength(1);
  });
});

describe("a wrong request", () => {
  const labels = Array.from({ length: 64 }, (_, index) => `a${index}`);
  const tooMuch = withImage({ async: true, beams: 5, max_new_tokens: 1024, labels });
  it.each<[string, string, RequestInit, number, string]>([
    ["an unknown option", "/v1/caption?async=true&colour=red", asFile(), 400, "invalid-request"],
    ["a stream", "/v1/caption?async=true&stream=true", asFile(), 400, "invalid-request"],
    ["a drawing", "/v1/caption?async=true&overlay=svg", asFile(), 400, "invalid-request"],
    ["a wrong answer to whether", "/v1/caption?async=perhaps", asFile(), 400, "invalid-request"],
    ["too much work", "/v1/open-vocabulary-detection", asJson(tooMuch), 422, "too-much-work"],
    ["a webhook of what comes now", "/v1/caption?webhook=https://a.example/", asFile(), 400, "invalid-request"],
    ["no key", "/v1/caption?async=true", asFile({ "idempotency-key": "two words" }), 400, "idempotency-key-invalid"],
  ])("is refused at once, and nothing is stored: %s", async (_, path, init, status, code) => {
    const { app, files, queue } = laterApp();
    const response = await app.request(ORIGIN + path, init);
    expect([response.status, (await response.json()).code]).toEqual([status, code]);
    expect([files.size, queue.length]).toEqual([0, 0]);
  });

  it("is that of one of several things, which the others do not share", async () => {
    const problems: (string | undefined)[] = [];
    const { app, deliver } = laterApp({
      analyze: async ({ items }) => {
        problems.push(...items.map((item) => ("problem" in item ? item.problem.code : undefined)));
        return { results: items.map(() => fakeAnswer), cache: cacheMiss, timings: {} };
      },
    });
    const body = withImage({ async: true, tasks: [{ task: "caption", async: true }, { task: "caption" }] });
    expect((await app.request(`${ORIGIN}/v1/analyze`, asJson(body))).status).toBe(202);
    await deliver();
    expect(problems).toEqual(["invalid-request", undefined]);
  });
});

describe("a preference that cannot be followed", () => {
  it.each([
    ["for a stream", "/v1/caption?stream=true"],
    ["for a drawing", "/v1/caption?overlay=svg"],
    ["if `async` says otherwise", "/v1/caption?async=false"],
  ])("is ignored: %s", async (_, path) => {
    const { app, queue } = laterApp();
    const response = await app.request(ORIGIN + path, asFile({ prefer: "respond-async" }));
    expect([response.status, response.headers.get("preference-applied"), queue.length]).toEqual([200, null, 0]);
  });

  it("is ignored where nothing is answered later; `async` is refused there", async () => {
    const { app } = laterApp({}, { jobs: undefined });
    expect((await app.request(`${ORIGIN}/v1/caption`, asFile({ prefer: "respond-async" }))).status).toBe(200);
    const refused = await app.request(`${ORIGIN}/v1/caption?async=true`, asFile());
    expect([refused.status, (await refused.json()).code]).toEqual([400, "jobs-unavailable"]);
  });

  it.each([
    [null, false, undefined],
    ["respond-async", true, undefined],
    ["respond-async, wait=10", true, 10],
    ["WAIT=5;foo=1 , respond-async", true, 5],
    ['wait="7"', false, 7],
    ["wait=x, respond-async;q=1", true, undefined],
    ["wait=3, wait=9", false, 3],
    ["return=minimal", false, undefined],
    ["respond-asynchronously", false, undefined],
    ["wait=-1", false, undefined],
  ])("is read as RFC 7240 says: %s", (prefer, isAsync, waitSeconds) => {
    expect(preferenceOf(new Headers(prefer === null ? {} : { prefer }))).toEqual({ isAsync, waitSeconds });
  });
});
