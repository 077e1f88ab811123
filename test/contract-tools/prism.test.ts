import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../interop/support/server.ts";
import { describeClient } from "../support/client-cases.ts";
import { type CheckedApi, startApi } from "./support/api.ts";
import { nodeTool } from "./support/install.ts";
import { type Relay, startRelay } from "./support/relay.ts";

/** The problem types with which Prism reports a request or an answer that does not fit the document. */
const REFUSED_REQUEST = "https://stoplight.io/prism/errors#UNPROCESSABLE_ENTITY";
const PRISM_ERROR = "https://stoplight.io/prism/errors#";

/** Whether accounts are on: once without, and once with a key in each request. */
describe.each([
  ["without accounts", false],
  ["with accounts", true],
])("Prism %s", (_, hasAccounts) => {
  let api: CheckedApi;
  let relay: Relay;
  let prism: ChildProcess;
  let port = 0;
  const violations: unknown[] = [];
  let passed = 0;

  beforeAll(async () => {
    api = await startApi(hasAccounts);
    relay = await startRelay(api.origin);
    port = await freePort();
    prism = spawn(nodeTool("prism"), [
      "proxy",
      api.document,
      relay.origin,
      "--errors",
      "--port",
      String(port),
      "--host",
      "127.0.0.1",
    ]);
    await new Promise<void>((resolve, reject) => {
      prism.once("exit", () => reject(new Error("Prism ended.")));
      prism.stdout?.on("data", (chunk: Buffer) => {
        if (chunk.includes("Prism is listening")) resolve();
      });
    });
  });

  afterAll(async () => {
    prism.removeAllListeners("exit");
    const ended = once(prism, "exit");
    prism.kill();
    await ended;
    await relay.stop();
    await api.stop();
  });

  /** Sends a request through Prism and records its violations. If Prism refuses a request, the API must refuse it too. */
  async function sendThrough(url: string, init?: RequestInit): Promise<Response> {
    const request = new Request(url, init);
    if (api.keys !== undefined) request.headers.set("authorization", `Bearer ${api.keys.customer}`);
    const copy = request.clone();
    const headers = await relay.keep(request);
    const response = await fetch(request, { headers, signal: request.signal });
    passed += 1;
    const text = await response.clone().text();
    if (text.includes(REFUSED_REQUEST)) {
      const refused = await fetch(new Request(api.origin + new URL(url).pathname + new URL(url).search, copy));
      if (refused.ok) violations.push(JSON.parse(text));
      return refused;
    }
    if (text.includes(PRISM_ERROR)) violations.push(JSON.parse(text));
    const reported = response.headers.get("sl-violations");
    if (reported !== null) violations.push(JSON.parse(reported));
    return response;
  }

  // All client tests: every task, every form, every way to send an image, streams, several tasks in one request, refusals.
  describeClient(() => ({ baseUrl: `http://127.0.0.1:${port}`, fetch: sendThrough }));

  it("passed all requests through Prism without violations", () => {
    expect(violations).toEqual([]);
    expect(passed).toBeGreaterThan(50);
  });
});
