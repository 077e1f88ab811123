import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Form } from "../../src/contract/forms.ts";
import { Problem } from "../../src/contract/problems.ts";
import type { TaskRequest } from "../../src/contract/service.ts";
import { createKnownRequests, MAX_KNOWN_BODY_BYTES } from "../../src/http/known-requests.ts";
import { fakeAnswer, fakeApp } from "../support/fake-service.ts";

const encoder = new TextEncoder();

function bodyWith(change: object = {}) {
  return { task: "caption", search: "", contentType: "application/json", body: encoder.encode("{}"), ...change };
}

/** A new request at each call. */
function request(text = "QUJD"): TaskRequest {
  return { task: "caption", image: { kind: "base64", text }, options: {} };
}

function refuse(): TaskRequest {
  throw new Problem("invalid-request", "");
}

function formWith(text: string): Form {
  return { ...fakeAnswer, task: text };
}

describe("a known request", () => {
  it("is the same object for the same bytes", () => {
    const own = createKnownRequests().of(undefined);
    const first = own.requestOf(bodyWith(), request);
    expect(own.requestOf(bodyWith(), request)).toBe(first);
  });

  it.each([{ task: "ocr" }, { search: "?beams=2" }, { contentType: "text/json" }, { body: encoder.encode("{ }") }])(
    "is another one where %j differs",
    (change) => {
      const own = createKnownRequests().of(undefined);
      expect(own.requestOf(bodyWith(change), request)).not.toBe(own.requestOf(bodyWith(), request));
    },
  );

  it("is never another owner's, whatever they are called", () => {
    const known = createKnownRequests();
    const owners = [undefined, "", '""', "a", '"a"', "a\ncaption"];
    const found = owners.map((owner) => known.of(owner).requestOf(bodyWith(), request));
    expect(new Set(found).size).toBe(owners.length);
  });

  it("differs for any two different bodies", () => {
    assert(
      property(uint8Array({ maxLength: 8 }), uint8Array({ maxLength: 8 }), (one, other) => {
        const own = createKnownRequests().of("a");
        const isSame =
          own.requestOf(bodyWith({ body: one }), request) === own.requestOf(bodyWith({ body: other }), request);
        expect(isSame).toBe(one.toString() === other.toString());
      }),
    );
  });

  it("is not kept if it is refused, contains the body, or is large", () => {
    const known = createKnownRequests();
    const own = known.of(undefined);
    expect(() => own.requestOf(bodyWith(), refuse)).toThrow(Problem);
    own.requestOf(bodyWith({ body: new Uint8Array(MAX_KNOWN_BODY_BYTES + 1) }), request);
    own.requestOf(bodyWith({ contentType: "image/png" }), () => ({
      ...request(),
      image: { kind: "bytes", bytes: new Uint8Array(9) },
    }));
    expect(known.bytes).toBe(0);
  });

  it("makes room for others, with its answer", () => {
    const known = createKnownRequests(20_000);
    for (let index = 0; index < 50; index += 1) {
      const kept = known.of(undefined).requestOf(bodyWith({ body: encoder.encode(String(index)) }), () => request());
      known.bodyOf(kept, formWith("x".repeat(500)));
      expect(known.bytes).toBeLessThanOrEqual(20_000);
    }
    expect(known.bytes).toBeGreaterThan(10_000);
  });
});

describe("an answer to a known request", () => {
  it("is written once for each rendering", () => {
    const known = createKnownRequests();
    const kept = known.of(undefined).requestOf(bodyWith(), request);
    const [form, other] = [formWith("a"), formWith("b")];
    const body = known.bodyOf(kept, form);
    expect(body?.fingerprint).toBe(JSON.stringify(form));
    expect(known.bodyOf(kept, form)).toBe(body);
    expect(known.bodyOf(kept, other)?.fingerprint).toBe(JSON.stringify(other));
  });

  it("is not written for a request that is not known", () => {
    expect(createKnownRequests().bodyOf(request(), formWith("a"))).toBeUndefined();
  });
});

describe("the routes", () => {
  const init = { method: "POST", body: '{"image":"QUJD"}', headers: { "content-type": "application/json" } };

  it("read a repeat once", async () => {
    const { app, requests } = fakeApp();
    for (let count = 0; count < 2; count += 1) expect((await app.request("/v1/caption", init)).status).toBe(200);
    expect(requests[1]).toBe(requests[0]);
  });

  it("remember nothing of what is not to be stored", async () => {
    const { app, requests } = fakeApp();
    const headers = { ...init.headers, "cache-control": "no-store" };
    for (let count = 0; count < 2; count += 1) await app.request("/v1/caption", { ...init, headers });
    await app.request("/v1/caption", init);
    expect(requests[1]).not.toBe(requests[0]);
    expect(requests[2]).not.toBe(requests[1]);
    expect(requests[2]).toEqual(requests[0]);
  });
});
