import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCommandLine } from "../../src/serving/command-line-node.ts";
import { servingFlags } from "../../src/serving/flags.ts";
import { createServingMetrics } from "../../src/serving/metrics-node.ts";
import { root } from "../../tools/serve.ts";

const read = (path: string) => readFile(join(root, "deploy/kserve", path), "utf8");
const [dockerfile, manifest] = [await read("Dockerfile"), await read("gpu-server.yaml")];

/** The flags with their values in the lists of the YAML file and in the Dockerfile's ENTRYPOINT. */
const flags = [...`${dockerfile}${manifest}`.matchAll(/(?:- |")--(?<name>[a-z-]+)(?:=|", "|")(?<value>[^"\s]*)/gu)].map(
  ({ groups }) => [groups?.["name"] ?? "", groups?.["value"] ?? ""] as const,
);

const idle = () => ({ running: 0, waiting: 0, cachedImages: 0, cachedBytes: 0 });

describe("deploy/kserve", () => {
  it("starts the server with flags that it knows and values that it accepts", () => {
    const names = flags.map(([name]) => name);
    expect(names).toEqual(["host", "port", "shards", "provider", "max-batch", "max-queue", "drain-seconds", "model"]);
    const parsed = servingFlags(["cpu", "cuda"], 4).strict().parse(Object.fromEntries(flags));
    expect(parsed).toMatchObject({ host: "0.0.0.0", port: 8080, provider: "cuda" });
  });

  it("requires a secret, and serves no bare graphs", () => {
    const [, name = ""] = /name: (\w+)\n\s+value: Bearer \$\(TOKEN\)/u.exec(manifest) ?? [];
    const schema = servingFlags(["cpu"], 4);
    const environment = { [name]: "Bearer 0123" };
    const command = parseCommandLine([], schema, environment);
    expect(command).toMatchObject({ type: "serve", flags: { authorization: "Bearer 0123", graphs: false } });
    expect(flags.map(([flag]) => flag)).not.toContain("graphs");
  });

  it("sets a termination grace period that is longer than the drain time", () => {
    const grace = Number(/terminationGracePeriodSeconds: (\d+)/u.exec(manifest)?.[1]);
    expect(grace).toBeGreaterThan(Number(Object.fromEntries(flags)["drain-seconds"]));
  });

  it("scales by a metric that the server exports", async () => {
    const { text } = await createServingMetrics(idle, () => 0).page();
    const metric = /query: sum\((?<name>\w+)\)/u.exec(manifest)?.groups?.["name"];
    expect(text).toContain(`# TYPE ${metric} gauge`);
  });

  it("copies only paths that exist and that Dockerfile.dockerignore includes", async () => {
    const lines = dockerfile.split("\n").filter((line) => /^COPY (?!--from)/u.test(line));
    const sources = lines.flatMap((line) => line.split(/\s+/u).slice(1, -1));
    expect(sources.length).toBeGreaterThan(4);
    for (const source of sources) await expect(access(join(root, source))).resolves.toBeUndefined();
    const ignored = await read("Dockerfile.dockerignore");
    for (const source of sources) expect(ignored).toContain(`!${source}\n`);
  });
});
