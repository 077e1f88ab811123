import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { describe, expect, it } from "vitest";
import { root } from "../../tools/serve.ts";

const benches = join(root, "bench");
// Entry points that `bundle` builds with wrangler.toml; other Workers have their own configuration.
const bundleCalls = /bundle\("(?<entry>bench\/[^"]+-worker\.ts)"\)/gu;

async function bundledWorkers(): Promise<readonly string[]> {
  const files = (await readdir(benches)).filter((name) => name.endsWith(".ts"));
  const texts = await Promise.all(files.map((name) => readFile(join(benches, name), "utf8")));
  return [
    ...new Set(texts.flatMap((text) => [...text.matchAll(bundleCalls)].map(({ groups }) => groups?.["entry"] ?? ""))),
  ];
}

describe("a bench's own Worker", () => {
  it("exports every Durable Object class that wrangler.toml binds; without them it does not build", async () => {
    const { durableObjects } = unstable_getMiniflareWorkerOptions(join(root, "wrangler.toml")).workerOptions;
    const names = Object.values(durableObjects ?? {}).map((each) => (typeof each === "string" ? each : each.className));
    const workers = await bundledWorkers();
    expect(workers.toSorted()).toEqual(["bench/cost-worker.ts", "bench/embedded-worker.ts", "bench/memory-worker.ts"]);
    expect(names).not.toEqual([]);
    for (const worker of workers) {
      const text = await readFile(join(root, worker), "utf8");
      for (const name of names) {
        expect(text).toMatch(new RegExp(`export (?:class ${name}\\b|\\{[^}]*\\b${name}\\b)`, "u"));
      }
    }
  });
});
