import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import type { Service } from "../../src/contract/service.ts";
import { createAdmit } from "../../src/http/admission.ts";
import { createReservations } from "../../src/scheduling/reservations.ts";
import { cacheMiss, fakeAnswer, fakeApp } from "../support/fake-service.ts";

/** The application with room for 12,800 bytes and 64 units; the service answers when `answer` is called. */
function setUp(service: Partial<Service> = {}) {
  const gate = Promise.withResolvers<void>();
  const limits = { requests: 100, bytes: 12_800, units: 64 };
  const reservations = createReservations(
    () => limits,
    () => 0,
  );
  const result = { cache: cacheMiss, timings: {} };
  const { app } = fakeApp(
    {
      answer: async () => {
        await gate.promise;
        return { answer: fakeAnswer, ...result };
      },
      ...service,
    },
    { admit: createAdmit(reservations) },
  );
  const post = async (caller: string, body: BodyInit, path = "/v1/caption?beams=1", init: RequestInit = {}) =>
    app.request(path, {
      method: "POST",
      body,
      headers: { "content-type": "image/png", "cf-connecting-ip": caller },
      ...init,
    });
  return { post, reservations, answer: () => gate.resolve() };
}

/** A body of so many bytes that arrives in pieces, the last of which is awaited. */
function slowBody(bytes: number, rest: Promise<void>): ReadableStream<Uint8Array> {
  const pieces = [async () => new Uint8Array(bytes - 1), async () => rest.then(() => new Uint8Array(1))].values();
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    const { value } = pieces.next();
    if (value === undefined) controller.close();
    else controller.enqueue(await value());
  };
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** The option is required for a stream, and missing in some types. */
const streamed: RequestInit & { readonly duplex: "half" } = { duplex: "half" };

const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("the admission of requests", () => {
  it("counts the bytes of bodies that have arrived, also of those that are still coming", async () => {
    const { post, answer, reservations } = setUp();
    const rest = Promise.withResolvers<void>();
    const slow = post("10.0.0.1", slowBody(9000, rest.promise), undefined, streamed);
    await tick();
    // Its length is declared, so that it is counted at once: otherwise its first piece would be less than what the other has.
    const headers = { "content-type": "image/png", "cf-connecting-ip": "10.0.0.2", "content-length": "9100" };
    const refused = await post("10.0.0.2", new Uint8Array(9100), undefined, { headers });
    expect([refused.status, refused.headers.has("retry-after")]).toEqual([503, true]);
    expect(await refused.json()).toMatchObject({ code: "overloaded" });
    const small = post("10.0.0.3", new Uint8Array(100));
    rest.resolve();
    answer();
    expect([(await slow).status, (await small).status]).toEqual([200, 200]);
    expect(reservations.size).toBe(0);
  });

  it("gives a body that is still coming up for a caller who has less", async () => {
    const { post, answer, reservations } = setUp();
    const slow = post("10.0.0.1", slowBody(9000, new Promise(() => {})), undefined, streamed);
    await tick();
    const other = post("10.0.0.2", new Uint8Array(5000));
    const refused = await slow;
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: "overloaded" }]);
    answer();
    expect((await other).status).toBe(200);
    expect(reservations.size).toBe(0);
  });

  it("leaves work to other callers", async () => {
    const { post, answer, reservations } = setUp();
    const hog = Array.from({ length: 8 }, () => post("10.0.0.1", "x"));
    await tick();
    const others = [post("10.0.0.2", "x"), post("10.0.0.3", "x")];
    await tick();
    answer();
    expect((await Promise.all(hog)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 503, 503]);
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual([200, 200]);
    expect(reservations.size).toBe(0);
  });

  it("holds a stream's place until its last event", async () => {
    const gate = Promise.withResolvers<void>();
    const { post, reservations } = setUp({
      stream: async (_request, _call, emit) => {
        emit({ type: "delta", text: "a" }, cacheMiss);
        await gate.promise;
        emit({ type: "done", answer: fakeAnswer }, cacheMiss);
      },
    });
    const response = await post("10.0.0.1", "x", "/v1/caption?stream=true");
    expect(reservations.size).toBe(1);
    gate.resolve();
    await response.text();
    expect(reservations.size).toBe(0);
  });

  it("gives the place of a large request back at once when its caller disconnects", async () => {
    const { post, reservations, answer } = setUp();
    const connection = new AbortController();
    // The first request may exceed every limit.
    const left = post("10.0.0.1", new Uint8Array(64 * 1024), undefined, { signal: connection.signal });
    await tick();
    expect(reservations.size).toBe(1);
    connection.abort();
    expect(reservations.size).toBe(0);
    answer();
    await left;
  });

  it("gives the place of a request that fails back", async () => {
    const { post, reservations } = setUp({ answer: () => Promise.reject(new Problem("image-corrupt", "broken")) });
    expect((await post("10.0.0.1", "x")).status).toBe(422);
    expect((await post("10.0.0.1", "{", "/v1/analyze")).status).toBe(415);
    expect(reservations.size).toBe(0);
  });
});
