import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import type { InferenceClient } from "../../src/inference/protocol/client.ts";
import { environment, here, root } from "./support/environment.ts";
import { describePlacement, splitBackend } from "./support/placements.ts";
import { describeRawGraphs } from "./support/raw-graphs.ts";
import { clientOf, type ForeignServer, startServer } from "./support/server.ts";

let server: ForeignServer;
let client: InferenceClient;

beforeAll(async () => {
  const model = ["--model", join(root, "model-shards/mini")];
  server = await startServer(await environment("mlserver"), [join(here, "mlserver_server.py"), ...model, "--port"]);
  client = clientOf(server.url);
});

afterAll(async () => {
  await server.stop();
});

describe("MLServer", () => {
  describeRawGraphs(() => client);
  describePlacement("split", () => splitBackend(client));
});
