import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InferenceClient } from "../../src/inference/protocol/client.ts";
import { environment, here, root } from "./support/environment.ts";
import { describePlacement, splitBackend } from "./support/placements.ts";
import { describeRawGraphs } from "./support/raw-graphs.ts";
import { clientOf, type ForeignServer, startServer } from "./support/server.ts";

const run = promisify(execFile);

let server: ForeignServer;
let client: InferenceClient;

beforeAll(async () => {
  const model = ["--model", join(root, "model-shards/mini")];
  server = await startServer(await environment("kserve"), [join(here, "kserve_server.py"), ...model, "--port"]);
  client = clientOf(server.url);
});

afterAll(async () => {
  await server.stop();
});

it("the manifests of deploy/kserve have only keys that KServe and Kubernetes define", async () => {
  const { stdout } = await run(await environment("kserve"), [join(here, "manifests_check.py")]);
  expect(stdout.trim().split("\n")).toHaveLength(4);
});

describe("KServe's model server", () => {
  describeRawGraphs(() => client);
  describePlacement("split", () => splitBackend(client));
});
