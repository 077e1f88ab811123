import { describe, expect, it, vi } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { createAdmit } from "../../src/http/admission.ts";
import { createReservations } from "../../src/scheduling/reservations.ts";
import { jobIn, laterApp, ORIGIN } from "../support/later-app.ts";
import { asFile, askLater, jpeg } from "../support/later-requests.ts";

const wait = (seconds: number) => asFile({ prefer: `respond-async, wait=${seconds}` });
const keyed = (key: string) => asFile({ prefer: "respond-async", "idempotency-key": key });

describe("wait=N", () => {
  it("answers as a direct request, if the answer is there in time", async () => {
    const { app, deliver, time, queue } = laterApp();
    const direct = await app.request(`${ORIGIN}/v1/caption`, asFile());
    const waiting = app.request(`${ORIGIN}/v1/caption`, wait(20));
    await vi.waitFor(() => expect(queue).toHaveLength(1));
    await time.pass(3000);
    await deliver();
    const response = await waiting;
    expect([response.status, response.headers.get("preference-applied")]).toEqual([200, "wait=20"]);
    expect(response.headers.get("content-type")).toBe(direct.headers.get("content-type"));
    expect(await response.text()).toBe(await direct.text());
  });

  it("answers the job if it is not, and never waits longer than thirty seconds", async () => {
    const { app, time, queue } = laterApp();
    let isThere = false;
    const waiting = Promise.resolve(app.request(`${ORIGIN}/v1/caption`, wait(3600))).then((response) => {
      isThere = true;
      return response;
    });
    await vi.waitFor(() => expect(queue).toHaveLength(1));
    await time.pass(29_999);
    expect(isThere).toBe(false);
    await time.pass(1);
    const response = await waiting;
    expect(response.status).toBe(202);
    expect(response.headers.get("preference-applied")).toBe("respond-async, wait=30");
    expect(await jobIn(response)).toMatchObject({ status: "queued" });
  });

  it("waits without a place, so that the job itself and others have it", async () => {
    const one = { requests: 1, bytes: 2 * jpeg.length - 1, units: Infinity };
    const admit = createAdmit(createReservations(() => one, Date.now));
    const { app, deliver, queue } = laterApp({}, { admit });
    const waiting = app.request(`${ORIGIN}/v1/caption`, wait(20));
    await vi.waitFor(() => expect(queue).toHaveLength(1));
    await vi.waitFor(async () => expect((await app.request(`${ORIGIN}/v1/caption`, asFile())).status).toBe(200));
    await deliver();
    expect((await waiting).status).toBe(200);
  });

  it("answers the problem as a direct request does", async () => {
    const { app, deliver, queue } = laterApp({
      answer: () => Promise.reject(new Problem("image-corrupt", "The file ends too early.")),
    });
    const waiting = app.request(`${ORIGIN}/v1/caption`, wait(20));
    await vi.waitFor(() => expect(queue).toHaveLength(1));
    await deliver();
    const response = await waiting;
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ code: "image-corrupt", detail: "The file ends too early." });
  });
});

describe("an Idempotency-Key", () => {
  it("makes fifty equal requests at once one job, which is done once", async () => {
    const { app, deliver, requests, files } = laterApp();
    const sent = await Promise.all(Array.from({ length: 50 }, () => askLater({ app }, { "idempotency-key": "k1" })));
    expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(sent.map(({ headers }) => headers.get("location"))).size).toBe(1);
    // Only the body of the first is kept.
    expect(files.size).toBe(1);
    await deliver();
    expect(requests).toHaveLength(1);
    const again = await app.request(`${ORIGIN}/v1/caption`, keyed("k1"));
    expect(await jobIn(again)).toMatchObject({ status: "succeeded" });
  });

  it("is another job with another key, another question or, without accounts, another asker's question", async () => {
    const { app } = laterApp();
    const locations = await Promise.all(
      [
        app.request(`${ORIGIN}/v1/caption`, keyed("k1")),
        app.request(`${ORIGIN}/v1/caption`, keyed("k2")),
        app.request(`${ORIGIN}/v1/caption?beams=2`, keyed("k1")),
        app.request(`${ORIGIN}/v1/caption`, asFile({ prefer: "respond-async" })),
        app.request(`${ORIGIN}/v1/caption`, asFile({ prefer: "respond-async" })),
      ].map(async (response) => (await response).headers.get("location")),
    );
    expect(new Set(locations).size).toBe(5);
  });

  it("is the same job however it is asked to come later", async () => {
    const { app } = laterApp();
    const one = await app.request(`${ORIGIN}/v1/caption`, keyed("k1"));
    const other = await app.request(`${ORIGIN}/v1/caption?async=true`, asFile({ "idempotency-key": '"k1"' }));
    expect(other.headers.get("location")).toBe(one.headers.get("location"));
  });
});

it("a job whose body is gone from the storage fails at once", async () => {
  const { app, deliver, files, books } = laterApp();
  await askLater({ app });
  files.clear();
  await deliver();
  expect(books.rows().map(({ status, problem }) => [status, problem?.code])).toEqual([["failed", "job-abandoned"]]);
});
