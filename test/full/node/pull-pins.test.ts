import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Mirror, startMirror } from "../../support/hub-mirror.ts";
import { asMirrored } from "../../support/mirrored-model.ts";
import { runPull } from "../../support/pull-command.ts";
import { tinyFiles } from "../../support/tiny-model.ts";

const files = asMirrored([...tinyFiles]);
const sha256 = Object.fromEntries(
  Object.entries(files)
    .filter(([path]) => path.endsWith(".onnx"))
    .map(([path, { bytes }]) => [path, createHash("sha256").update(bytes).digest("hex")]),
);

let folder = "";
let mirror: Mirror;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "florence-edge-pins-"));
  mirror = await startMirror(files);
});
afterEach(async () => {
  await mirror.stop();
  await rm(folder, { recursive: true });
});

describe("a pull says which graphs only the hub vouches for:", () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ["none if all have a SHA-256", sha256, []],
    ["the one without", Object.fromEntries(Object.entries(sha256).slice(1)), Object.keys(sha256).slice(0, 1)],
    ["all if none has one", {}, Object.keys(sha256)],
  ])("%s", async (_name, pins, unpinned) => {
    const sources = join(folder, "sources.json");
    const models = { "fake-model": { repository: "owner/model", sha256: pins } };
    await writeFile(sources, JSON.stringify({ hub: mirror.url.href, models }));
    const { printed } = await runPull(["--sources", sources, "--output", folder, "fake-model"]);
    const [, named = ""] = /Not pinned: sources.json has no SHA-256 of (.*?)\. /u.exec(printed) ?? [];
    expect(named.split(", ").filter((path) => path !== "")).toEqual(expect.arrayContaining([...unpinned]));
    expect(named.split(", ").filter((path) => path !== "")).toHaveLength(unpinned.length);
  });
});
