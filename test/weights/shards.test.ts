import { describe, expect, it } from "vitest";
import type { ProblemCode } from "../../src/contract/problems.ts";
import { MAX_DOMAIN_LENGTH, MAX_PART_BYTES, openModelShards, type ReadAsset } from "../../src/weights/shards.ts";
import { lfsPointer } from "../support/onnx-model.ts";
import { readFrom, sha256, shardFiles } from "../support/tiny-model.ts";

const weights = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
const settings = new TextEncoder().encode('{"heads": 8}');
const files = new Map([
  ["onnx/graph.onnx", weights],
  ["config.json", settings],
]);
const { manifest, assets } = await shardFiles(files, 400);
const graphPart = "tiny/onnx/graph.onnx.1";

/** Reads a file and returns the problem that it is rejected with. */
async function problemOf(read: ReadAsset, path = "onnx/graph.onnx"): Promise<{ code: ProblemCode; detail: string }> {
  return openModelShards(read, "tiny")
    .then((shards) => shards.bytes(path))
    .then(
      () => expect.unreachable(),
      (thrown: { code: ProblemCode; detail: string }) => thrown,
    );
}

const readNothing: ReadAsset = async () => new Response(null, { status: 404 });

function withPart(bytes: Uint8Array<ArrayBuffer>): ReadAsset {
  return readFrom(manifest, new Map([...assets, [graphPart, bytes]]));
}

function withManifest(change: (copy: typeof manifest) => unknown): ReadAsset {
  const copy = structuredClone(manifest);
  return readFrom(change(copy) ?? copy, assets);
}

const withDomain = (domain: string) => withManifest((copy) => void Object.assign(copy.models[0] ?? {}, { domain }));

const graphEntry = (copy: typeof manifest) => copy.models[0]?.files.find(({ path }) => path === "onnx/graph.onnx");

/** Paths that lead out of the manifest's folder, on some system or as a URL. The first one put a secret into the assets (D24 of the first attack). */
const escapes = [
  "../.dev.vars",
  "..",
  ".",
  "",
  "/etc/passwd",
  "//host/share",
  "tiny/../../secret",
  "tiny/..",
  "tiny//graph",
  "tiny/",
  "./tiny",
  ".dev.vars",
  "tiny/.git/config",
  "..\\secret",
  "tiny\\..\\..\\secret",
  "C:/secret",
  "C:secret",
  "%2e%2e/secret",
  "tiny/%2e%2e/secret",
  "tiny/a%2fb",
  "file:///etc/passwd",
  "https://example.com/a",
  "tiny/a?b",
  "tiny/a#b",
  "tiny/a\0",
  "tiny/a\n",
  "tiny/ａ",
  "tiny/\u2024\u2024/a",
  "~/a",
];

describe("a model's shards", () => {
  it.each(escapes)("are corrupt with a part or a file at %j, which is not read", async (path) => {
    const asked: string[] = [];
    const changes = [
      (copy: typeof manifest) => void Object.assign(graphEntry(copy)?.parts[0] ?? {}, { path }),
      (copy: typeof manifest) => void Object.assign(graphEntry(copy) ?? {}, { path }),
    ];
    for (const change of changes) {
      const read: ReadAsset = (file) => {
        asked.push(file);
        return withManifest(change)(file);
      };
      const problem = { code: "model-corrupt", detail: expect.stringContaining("path") };
      await expect(openModelShards(read, "tiny")).rejects.toMatchObject(problem);
    }
    expect(asked).toEqual(["manifest.json", "manifest.json"]);
  });

  it("return every byte of a file in several parts", async () => {
    const shards = await openModelShards(readFrom(manifest, assets), "tiny");
    expect(await shards.bytes("onnx/graph.onnx")).toEqual(weights);
    expect(graphEntry(manifest)?.parts).toHaveLength(3);
  });

  it("return a JSON file parsed, and the identity of the model", async () => {
    const shards = await openModelShards(readFrom(manifest, assets), "tiny");
    expect(await shards.json("config.json")).toEqual({ heads: 8 });
    expect({ ...shards }).toMatchObject({ id: "tiny", revision: "r1", dtype: "fp32" });
    expect("domain" in shards).toBe(false);
  });

  it("return what the manifest says the model is for", async () => {
    const read = withManifest((copy) => void Object.assign(copy.models[0] ?? {}, { domain: "cats; no dogs" }));
    expect((await openModelShards(read, "tiny")).domain).toBe("cats; no dogs");
  });

  it("are corrupt when one bit differs, and the problem names the part", async () => {
    const flipped = (assets.get(graphPart) ?? new Uint8Array()).with(7, 0xff);
    const { code, detail } = await problemOf(withPart(flipped));
    expect(code).toBe("model-corrupt");
    expect(detail).toContain(graphPart);
  });

  it("are corrupt when a part is cut short or too long", async () => {
    const part = assets.get(graphPart) ?? new Uint8Array();
    expect(await problemOf(withPart(part.slice(0, -1)))).toMatchObject({ code: "model-corrupt" });
    expect(await problemOf(withPart(Uint8Array.of(...part, 0)))).toMatchObject({ code: "model-corrupt" });
  });

  /** A repository that keeps model-shards/ in Git LFS, cloned without it. */
  it("name Git LFS when a part, a JSON file or the manifest is one of its pointers", async () => {
    const pointer = new TextEncoder().encode(lfsPointer());
    const expected = { code: "model-corrupt", detail: expect.stringContaining("git lfs pull") };
    expect(await problemOf(withPart(pointer))).toMatchObject(expected);
    const shards = await openModelShards(readFrom(manifest, new Map([["tiny/config.json.0", pointer]])), "tiny");
    await expect(shards.json("config.json")).rejects.toMatchObject(expected);
    const asPacked = await shardFiles(new Map([["config.json", pointer]]));
    const packed = await openModelShards(readFrom(asPacked.manifest, asPacked.assets), "tiny");
    await expect(packed.json("config.json")).rejects.toMatchObject(expected);
    expect(await problemOf(async () => new Response(pointer))).toMatchObject(expected);
  });

  it("are corrupt when whole parts are in the wrong order", async () => {
    const read = withManifest((copy) => {
      const parts = graphEntry(copy)?.parts;
      parts?.unshift(...parts.splice(1, 1));
    });
    expect(await problemOf(read)).toMatchObject({
      code: "model-corrupt",
      detail: expect.stringContaining("graph.onnx"),
    });
  });

  it("are unavailable when a part is missing, and the problem names it", async () => {
    const fewer = new Map([...assets].filter(([path]) => path !== graphPart));
    const { code, detail } = await problemOf(readFrom(manifest, fewer));
    expect(code).toBe("model-unavailable");
    expect(detail).toContain(graphPart);
  });

  it("are unavailable when fetching fails or is interrupted", async () => {
    const whole = readFrom(manifest, assets);
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    const failing: ReadAsset = (path) => (path === graphPart ? Promise.reject(new Error("no route")) : whole(path));
    const breaking: ReadAsset = (path) => (path === graphPart ? Promise.resolve(new Response(broken)) : whole(path));
    expect(await problemOf(failing)).toMatchObject({ code: "model-unavailable" });
    expect(await problemOf(breaking)).toMatchObject({ code: "model-unavailable" });
  });

  it("are corrupt when the manifest does not list the requested file", async () => {
    const detail = expect.stringContaining("other.onnx");
    expect(await problemOf(readFrom(manifest, assets), "other.onnx")).toMatchObject({ code: "model-corrupt", detail });
  });
});

describe("a manifest", () => {
  it("that is missing makes the model unavailable", async () => {
    expect(await problemOf(readNothing)).toMatchObject({ code: "model-unavailable" });
  });

  it("without the requested model is a configuration error", async () => {
    const opened = openModelShards(readFrom(manifest, assets), "huge");
    await expect(opened).rejects.toMatchObject({ code: "misconfigured" });
  });

  it.each([
    ["is not JSON", async () => new Response("{")],
    ["has another version", withManifest((copy) => ({ ...copy, version: 2 }))],
    ["has parts that do not add up", withManifest((copy) => void graphEntry(copy)?.parts.pop())],
    [
      "has a file without parts",
      withManifest((copy) => void Object.assign(graphEntry(copy) ?? {}, { parts: [], bytes: 0 })),
    ],
    ["has an invalid digest", withManifest((copy) => void Object.assign(graphEntry(copy) ?? {}, { sha256: "0" }))],
    ["has an empty domain note", withDomain("")],
    ["has a domain note of two lines", withDomain("cats\ndogs")],
    ["has a domain note that moves a terminal's cursor", withDomain("cats\u001B[2J")],
    ["has a domain note that is too long", withDomain("c".repeat(MAX_DOMAIN_LENGTH + 1))],
  ] satisfies readonly [string, ReadAsset][])("that %s makes the model corrupt", async (_, read) => {
    const detail = expect.stringContaining("manifest.json");
    expect(await problemOf(read)).toMatchObject({ code: "model-corrupt", detail });
  });

  it("that lists a part too large for a static asset makes the model corrupt", async () => {
    const size = { bytes: MAX_PART_BYTES + 1 };
    const part = { path: "p", sha256: await sha256(new Uint8Array()), ...size };
    const read = withManifest((copy) => void Object.assign(graphEntry(copy) ?? {}, { parts: [part], ...size }));
    expect(await problemOf(read)).toMatchObject({ code: "model-corrupt" });
  });
});
