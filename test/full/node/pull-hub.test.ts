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

const said = (text: string) => ({ name: "PullError", message: expect.stringContaining(text) });
const fail = (path: string, from = source): Promise<unknown> => setup.pull(path, from).catch((error: unknown) => error);

describe("a file is described", () => {
  it("with size, digest and commit, from the hub's own answer: the storage is not asked", async () => {
    const large = await describeFile(setup.hub, source, LARGE);
    expect(large).toMatchObject({ size: LARGE_BYTES, commit: MIRROR_COMMIT, digest: { algorithm: "sha256" } });
    const small = await describeFile(setup.hub, source, SMALL);
    expect(small).toMatchObject({ size: content.small.length, commit: MIRROR_COMMIT });
    expect(setup.mirror.requests.filter(({ at }) => at === "storage")).toEqual([]);
  });

  it("as missing, where the hub has no such file", async () => {
    expect(await describeFile(setup.hub, source, "onnx/none.onnx")).toBeUndefined();
  });

  it("at an address in which nothing of its name or revision can mean another", async () => {
    await describeFile(setup.hub, { ...source, revision: "refs/pr/1" }, "a b/?.json");
    expect(setup.mirror.requests[0]?.path).toBe("/owner/model/resolve/refs%2Fpr%2F1/a%20b/%3F.json");
  });
});

it("bytes are asked for as they are stored: the hub has no length of what is compressed on the way", async () => {
  await setup.pull(LARGE);
  expect(new Set(setup.mirror.requests.map(({ acceptEncoding }) => acceptEncoding))).toEqual(new Set(["identity"]));
});

describe("HF_TOKEN", () => {
  it("reaches the hub and never the storage that it redirects to", async () => {
    await setup.pull(LARGE);
    await setup.pull(SMALL);
    const sent = setup.mirror.requests.map(({ at, authorization }) => [at, authorization]);
    expect(sent.filter(([at]) => at === "hub").every(([, each]) => each === `Bearer ${token}`)).toBe(true);
    expect(sent.filter(([at]) => at === "storage")).toEqual([["storage", undefined]]);
  });

  it("is in no message, whatever fails", async () => {
    setup.mirror.faults.set(`hub ${LARGE}`, [{ status: 500 }, { status: 401 }]);
    expect(JSON.stringify([await fail(LARGE), setup.notes])).not.toContain(token);
  });
});

describe("the hub refuses", () => {
  it.each([
    [401, undefined, "HF_TOKEN"],
    [401, "RepoNotFound", "owner/model"],
    [403, "GatedRepo", "consent"],
    [404, "RevisionNotFound", "revision main"],
    [404, "RepoNotFound", "owner/model"],
    [410, undefined, "410"],
  ])("with %i %s: said at once, with what to look at", async (status, code, text) => {
    const headers = code === undefined ? {} : { "x-error-code": code };
    setup.mirror.faults.set(`hub ${LARGE}`, [{ status, headers }]);
    expect(await fail(LARGE)).toMatchObject(said(text));
    expect(setup.delays).toEqual([]);
  });

  it.each([408, 429, 500, 502, 503, 504])("with %i for a while: tried again", async (status) => {
    setup.mirror.faults.set(`hub ${LARGE}`, [{ status }, { status }]);
    setup.mirror.faults.set(LARGE, [{ status }]);
    expect(await setup.pull(LARGE)).toBe("large");
    expect(setup.delays).toEqual([1000, 2000, 1000]);
    expect(setup.notes).toHaveLength(3);
  });

  it("for good: given up", async () => {
    setup.mirror.faults.set(
      `hub ${LARGE}`,
      Array.from({ length: MAX_FAILURES }, () => ({ status: 503 })),
    );
    expect(await fail(LARGE)).toMatchObject(said("503"));
    expect(setup.delays).toEqual([1000, 2000, 4000, 8000, 16_000]);
  });

  it("and names a time: waited for, unless nobody would wait so long", async () => {
    const [soon, late] = [MAX_RETRY_AFTER_MS / 1000, MAX_RETRY_AFTER_MS / 1000 + 1].map((seconds) => {
      return { status: 429, headers: { "retry-after": String(seconds) } };
    });
    setup.mirror.faults.set(`hub ${LARGE}`, [{ ...soon }, { ...late }]);
    expect(await fail(LARGE)).toMatchObject(said("3 minutes"));
    expect(setup.delays).toEqual([MAX_RETRY_AFTER_MS]);
  });
});

it("a host that nobody answers at is tried again, and then named", async () => {
  await setup.mirror.stop();
  expect(await fail(LARGE)).toMatchObject(said(setup.hub.url.host));
  expect(setup.delays).toHaveLength(MAX_FAILURES - 1);
});

describe("a redirect is not followed", () => {
  it.each(["http://example.com/x", "ftp://127.0.0.1/x", "http://127.0.0.1.example.com/x", "//"])(
    "to %s, where others could read or change what comes",
    async (location) => {
      setup.mirror.faults.set(`hub ${LARGE}`, [{ status: 302, headers: { location } }]);
      expect(await fail(LARGE)).toMatchObject(said("redirects to"));
    },
  );

  it("that leads nowhere", async () => {
    setup.mirror.faults.set(`hub ${LARGE}`, [{ status: 302 }]);
    expect(await fail(LARGE)).toMatchObject(said("nowhere"));
  });

  it("for ever", async () => {
    const again = { status: 307, headers: { location: `/owner/model/resolve/main/${LARGE}` } };
    setup.mirror.faults.set(
      `hub ${LARGE}`,
      Array.from({ length: 10 }, () => again),
    );
    expect(await fail(LARGE)).toMatchObject(said("more than 5 times"));
    expect(setup.mirror.requests).toHaveLength(6);
  });
});

describe("a pinned digest", () => {
  it("that the hub contradicts is refused before a byte is fetched", async () => {
    expect(await fail(LARGE, { ...source, sha256: { [LARGE]: zeros } })).toMatchObject(said(zeros));
    expect(setup.transfers()).toEqual([]);
  });

  it("wins where the hub has a digest of another kind", async () => {
    expect(await fail(SMALL, { ...source, sha256: { [SMALL]: zeros } })).toMatchObject(said(`sha256 ${zeros}`));
  });

  it("stands in where the hub has none; without one, such a file is refused", async () => {
    const etag = '"5d41402abc4b2a76b9719d911017c592"';
    const plain = { status: 200, headers: { etag, "content-length": String(LARGE_BYTES) } };
    setup.mirror.faults.set(`hub ${LARGE}`, [plain, plain]);
    expect(await fail(LARGE)).toMatchObject(said("sources.json"));
    const pinned = { ...source, sha256: { [LARGE]: zeros } };
    expect(await describeFile(setup.hub, pinned, LARGE)).toMatchObject({ digest: { algorithm: "sha256", hex: zeros } });
  });
});

describe("the address of a hub", () => {
  it.each(["http://huggingface.co", "huggingface.co", "file:///tmp", "https://huggingface.co/?a=b", ""])(
    "is refused: %s",
    (text) => {
      expect(() => hubUrl(text)).toThrow(expect.objectContaining({ name: "UsageError" }));
    },
  );

  it("may have a path of its own, and may be this machine's", () => {
    expect(hubUrl("https://mirror.example.com/hf").href).toBe("https://mirror.example.com/hf/");
    expect(hubUrl("http://localhost:8080").href).toBe("http://localhost:8080/");
  });
});
