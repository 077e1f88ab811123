import { afterAll, beforeAll, expect, it } from "vitest";
import { Job } from "../../../src/contract/jobs.ts";
import { bundle } from "../../../tools/bundle.ts";
import { serve, type Server } from "../../../tools/serve.ts";
import { declaredStatuses, expectAsDocumented } from "../../support/document-check.ts";
import { anyJobRequest } from "../../support/fuzz/any-job-request.ts";
import { pathOf } from "../../support/fuzz/fuzz-request.ts";
import { sendAll } from "../../support/fuzz/send-all.ts";
import { startSoupBackend } from "../../support/fuzz/soup-backend.ts";
import { sampleImage } from "../../support/sample-images.ts";

/** `FUZZ_REQUESTS` sets another number. */
const REQUESTS = Number(process.env["FUZZ_REQUESTS"] ?? 1000);

let server: Server;
let backend: Awaited<ReturnType<typeof startSoupBackend>>;
beforeAll(async () => {
  backend = await startSoupBackend();
  server = await serve(await bundle(), { port: 0, variables: { PLACEMENT: "remote", BACKEND_URL: backend.url.href } });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await backend.stop();
});

it("/v1/jobs, and requests that are answered later, are answered as documented", { timeout: 240_000 }, async () => {
  const given = await Promise.all(
    Array.from({ length: 5 }, async (_, number) => {
      const url = new URL(`/v1/caption?async=true&max_new_tokens=${number + 1}`, server.url);
      const response = await fetch(url, { method: "POST", body: new Uint8Array(sampleImage("street.jpg")) });
      return Job.parse(await response.json()).id;
    }),
  );
  const extent = { url: server.url, seed: 29, count: REQUESTS };
  const { statuses, wrong } = await sendAll(anyJobRequest(given), extent, async (request, response) => {
    const path = pathOf(request);
    expect(declaredStatuses(request.method, path)).toContain(response.status);
    await expectAsDocumented(response, request.method, path);
  });
  expect(wrong).toEqual([]);
  expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 202, 400, 403, 404, 405]));
});
