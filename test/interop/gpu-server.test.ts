import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { environment, here, root } from "./support/environment.ts";
import { describePlacement, remoteBackend, splitBackend } from "./support/placements.ts";
import { describeRawGraphs } from "./support/raw-graphs.ts";
import { clientOf, type ForeignServer, startServer } from "./support/server.ts";

const run = promisify(execFile);

let server: ForeignServer;

beforeAll(async () => {
  server = await startServer(process.execPath, [join(root, "functions/gpu.ts"), "--port"]);
});

afterAll(async () => {
  await server.stop();
});

describe("our GPU server, on the CPU", () => {
  it("returns the goldens to NVIDIA's own client", async () => {
    const python = await environment("triton");
    const { stdout } = await run(python, [join(here, "tritonclient_check.py"), new URL(server.url).host]);
    expect(stdout).toContain("3 pictures");
  });

  describeRawGraphs(() => clientOf(server.url));
  describePlacement("split", () => splitBackend(clientOf(server.url)));
  describePlacement("remote", () => remoteBackend(clientOf(server.url)));
});
