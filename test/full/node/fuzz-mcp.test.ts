import { afterAll, beforeAll, expect, it } from "vitest";
import { PreparedUpload } from "../../../src/contract/uploads.ts";
import { bundle } from "../../../tools/bundle.ts";
import { serve, type Server } from "../../../tools/serve.ts";
import { expectAsDocumented, declaredStatuses } from "../../support/document-check.ts";
import { anyMcpRequest } from "../../support/fuzz/any-mcp-request.ts";
import { anyUploadRequest } from "../../support/fuzz/any-upload-request.ts";
import { pathOf } from "../../support/fuzz/fuzz-request.ts";
import { sendAll } from "../../support/fuzz/send-all.ts";
import { startImageServer } from "../../support/fuzz/image-server.ts";
import { startSoupBackend } from "../../support/fuzz/soup-backend.ts";
import { createMcpCheck } from "../../support/mcp-shapes.ts";

/** Requests to each of the two; `FUZZ_REQUESTS` sets another number. */
const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 1000);
const SEED = 19;

let server: Server;
let backend: Awaited<ReturnType<typeof startSoupBackend>>;
let images: Awaited<ReturnType<typeof startImageServer>>;
beforeAll(async () => {
  backend = await startSoupBackend();
  images = await startImageServer();
  const variables = { PLACEMENT: "remote", BACKEND_URL: backend.url.href, ALLOW_HTTP_IMAGES: "true" };
  server = await serve(await bundle(), { port: 0, variables });
}, 60_000);
afterAll(async () => {
  await server.stop();
  images.stop();
  await backend.stop();
});

const extent = () => ({ url: server.url, seed: SEED, count: REQUESTS });

it(
  "/mcp answers generated requests in the protocol's shapes, with statuses that it has",
  { timeout: 240_000 },
  async () => {
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const list = await fetch(new URL("/mcp", server.url), { method: "POST", body, headers });
    const { result } = JSON.parse((await list.text()).replace(/^[^]*?data: /u, ""));
    const check = createMcpCheck(result.tools);
    const { statuses, wrong } = await sendAll(anyMcpRequest(images.origin), extent(), (_, response) => check(response));
    expect(wrong).toEqual([]);
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 202, 400, 403, 404, 406, 415]));
  },
);

it("/v1/uploads answers generated requests as documented", { timeout: 240_000 }, async () => {
  const given = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const response = await fetch(new URL("/v1/uploads", server.url), { method: "POST" });
      const { image, put_url: url } = PreparedUpload.parse(await response.json());
      return { handle: image, signature: new URL(url).searchParams.get("signature") ?? "" };
    }),
  );
  const { statuses, wrong } = await sendAll(anyUploadRequest(given), extent(), async (request, response) => {
    const path = pathOf(request);
    expect(declaredStatuses(request.method, path)).toContain(response.status);
    await expectAsDocumented(response, request.method, path);
  });
  expect(wrong).toEqual([]);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 201, 400, 403, 404, 411, 413, 415]));
});
