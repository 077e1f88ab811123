import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeFile } from "../../../tools/pull/hub.ts";
import { MAX_RETRY_AFTER_MS } from "../../../tools/pull/refusals.ts";
import { MAX_FAILURES } from "../../../tools/pull/retries.ts";
import { hubUrl } from "../../../tools/pull/sources.ts";
import { MIRROR_COMMIT } from "../../support/hub-mirror.ts";
import { content, LARGE, LARGE_BYTES, pullSetup, SMALL, source } from "../../support/pull-setup.ts";

const token = "hf_secret";
const zeros = "0".repeat(64);

let setup: Awaited<ReturnType<typeof pullSetup>>;
beforeEach(async () => {
  setup = await pullSetup({ token });
});
afterEach(() => setup.close());

const pullErrorWith = (text: string) => ({ name: "PullError", message: expect.stringContaining(text) });
const failure = (path: string, from = source): Promise<unknown> =>
  setup.pull(path, from).catch((error: unknown) => error);

describe("describeFile", () => {
  it("returns size, digest and commit from the hub's own response, without a request to the storage", async () => {
    const large = await describeFile(setup.hub, source, LARGE);
    expect(large).toMatchObject({ size: LARGE_BYTES, commit: MIRROR_COMMIT, digest: { algorithm: "sha256" } });
    const small = await describeFile(setup.hub, source, SMALL);
    expect(small).toMatchObject({ size: content.small.length, commit: MIRROR_COMMIT });
    expect(setup.mirror.requests.filter(({ at }) => at === "storage")).toEqual([]);
  });

  it("returns undefined when the hub has no such file", async () => {
    expect(await describeFile(setup.hub, source, "onnx/none.onnx")).toBeUndefined();
  });

  it("percent-encodes the path and the revision in the URL", async () => {
    await describeFile(setup.hub, { ...source, revision: "refs/pr/1" }, "a b/?.json");
    expect(setup.mirror.requests[0]?.path).toBe("/owner/model/resolve/refs%2Fpr%2F1/a%20b/%3F.json");
  });
});

it("requests do not accept compression, because the hub has no length of a compressed response", async () => {
  await setup.pull(LARGE);
  expect(new Set(setup.mirror.requests.map(({ acceptEncoding }) => acceptEncoding))).toEqual(new Set(["identity"]));
});

describe("HF_TOKEN", () => {
  it("is sent to the hub and never to the storage that the hub redirects to", async () => {
    await setup.pull(LARGE);
    await setup.pull(SMALL);
    const sent = setup.mirror.requests.map(({ at, authorization }) => [at, authorization]);
    expect(sent.filter(([at]) => at === "hub").every(([, each]) => each === `Bearer ${token}`)).toBe(true);
    expect(sent.filter(([at]) => at === "storage")).toEqual([["storage", undefined]]);
  });

  it("is in no message when requests fail", async () => {
    setup.mirror.faults.set(`hub ${LARGE}`, [{ status: 500 }, { status: 401 }]);
    expect(JSON.stringify([await failure(LARGE), setup.notes])).not.toContain(token);
  });
});

describe("an error status of the hub", () => {
  it.each([
    [401, undefined, "HF_TOKEN"],
    [401, "RepoNotFound", "owner/model"],
    [403, "GatedRepo", "consent"],
    [404, "RevisionNotFound", "revision main"],
    [404, "RepoNotFound", "owner/model"],
    [410, undefined, "410"],
  ])("%i %s fails at once, with a message that names what to check", async (status, code, text) => {
    const headers = code === undefined ? {} : { "x-error-code": code };
    setup.mirror.faults.set(`hub ${LARGE}`, [{ status, headers }]);
    expect(await failure(LARGE)).toMatchObject(pullErrorWith(text));
    expect(setup.delays).toEqual([]);
  });

  it.each([408, 429, 500, 502, 503, 504])("%i is retried", async (status) => {
    setup.mirror.faults.set(`hub ${LARGE}`, [{ status }, { status }]);
    setup.mirror.faults.set(LARGE, [{ status }]);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(setup.delays).toEqual([1000, 2000, 1000]);
    expect(setup.notes).toHaveLength(3);
  });

  it("that persists fails after MAX_FAILURES attempts", async () => {
    setup.mirror.faults.set(
      `hub ${LARGE}`,
      Array.from({ length: MAX_FAILURES }, () => ({ status: 503 })),
    );
    expect(await failure(LARGE)).toMatchObject(pullErrorWith("503"));
    expect(setup.delays).toEqual([1000, 2000, 4000, 8000, 16_000]);
  });

  it("with Retry-After is retried after that time, unless it is longer than MAX_RETRY_AFTER_MS", async () => {
    const [soon, late] = [MAX_RETRY_AFTER_MS / 1000, MAX_RETRY_AFTER_MS / 1000 + 1].map((seconds) => {
      return { status: 429, headers: { "retry-after": String(seconds) } };
    });
    setup.mirror.faults.set(`hub ${LARGE}`, [{ ...soon }, { ...late }]);
    expect(await failure(LARGE)).toMatchObject(pullErrorWith("3 minutes"));
    expect(setup.delays).toEqual([MAX_RETRY_AFTER_MS]);
  });
});

it("an unreachable host is retried, and then named in the error", async () => {
  await setup.mirror.stop();
  expect(await failure(LARGE)).toMatchObject(pullErrorWith(setup.hub.url.host));
  expect(setup.delays).toHaveLength(MAX_FAILURES - 1);
});

describe("a redirect is not followed", () => {
  it.each(["http://example.com/x", "ftp://127.0.0.1/x", "http://127.0.0.1.example.com/x", "//"])(
    "to %s, where others could read or change the data",
    async (location) => {
      setup.mirror.faults.set(`hub ${LARGE}`, [{ status: 302, headers: { location } }]);
      expect(await failure(LARGE)).toMatchObject(pullErrorWith("redirects to"));
    },
  );

  it("without a Location", async () => {
    setup.mirror.faults.set(`hub ${LARGE}`, [{ status: 302 }]);
    expect(await failure(LARGE)).toMatchObject(pullErrorWith("nowhere"));
  });

  it("more than five times", async () => {
    const again = { status: 307, headers: { location: `/owner/model/resolve/main/${LARGE}` } };
    setup.mirror.faults.set(
      `hub ${LARGE}`,
      Array.from({ length: 10 }, () => again),
    );
    expect(await failure(LARGE)).toMatchObject(pullErrorWith("more than 5 times"));
    expect(setup.mirror.requests).toHaveLength(6);
  });
});

describe("a pinned digest", () => {
  it("that differs from the hub's digest fails before a byte is fetched", async () => {
    expect(await failure(LARGE, { ...source, sha256: { [LARGE]: zeros } })).toMatchObject(pullErrorWith(zeros));
    expect(setup.transfers()).toEqual([]);
  });

  it("overrides a hub digest of another algorithm", async () => {
    expect(await failure(SMALL, { ...source, sha256: { [SMALL]: zeros } })).toMatchObject(
      pullErrorWith(`sha256 ${zeros}`),
    );
  });

  it("is used when the hub has none; a file with neither is rejected", async () => {
    const etag = '"5d41402abc4b2a76b9719d911017c592"';
    const plain = { status: 200, headers: { etag, "content-length": String(LARGE_BYTES) } };
    setup.mirror.faults.set(`hub ${LARGE}`, [plain, plain]);
    expect(await failure(LARGE)).toMatchObject(pullErrorWith("sources.json"));
    const pinned = { ...source, sha256: { [LARGE]: zeros } };
    expect(await describeFile(setup.hub, pinned, LARGE)).toMatchObject({ digest: { algorithm: "sha256", hex: zeros } });
  });
});

describe("hubUrl", () => {
  it.each(["http://huggingface.co", "huggingface.co", "file:///tmp", "https://huggingface.co/?a=b", ""])(
    "rejects %s",
    (text) => {
      expect(() => hubUrl(text)).toThrow(expect.objectContaining({ name: "UsageError" }));
    },
  );

  it("accepts a URL with a path, and one of this machine", () => {
    expect(hubUrl("https://mirror.example.com/hf").href).toBe("https://mirror.example.com/hf/");
    expect(hubUrl("http://localhost:8080").href).toBe("http://localhost:8080/");
  });
});
