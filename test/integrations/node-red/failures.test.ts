import { readFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { listen } from "../../../bench/edge/listen.ts";
import { root } from "../../../tools/serve.ts";
import { startMcp } from "../mcp/support/api.ts";
import { loadNode, statuses, useHelper } from "./support/flow.ts";
import { helper, type Message } from "./support/helper.ts";

let api: Awaited<ReturnType<typeof startMcp>>;
let picture: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  api = await startMcp();
  picture = Uint8Array.from(await readFile(join(root, "test/pictures/street.jpg")));
});
afterAll(() => api.stop());
useHelper();

describe("what goes wrong", () => {
  const problems: readonly (readonly [string, Message, Message])[] = [
    ["unsupported-image", {}, { payload: Buffer.from("no picture") }],
    ["image-required", {}, { payload: 17 }],
    ["task-unknown", { task: "" }, { payload: "x", task: "guess" }],
    ["option-unknown", {}, { payload: "x", options: { stream: true } }],
    ["region-required", { task: "region-to-category" }, { payload: "x" }],
    ["invalid-request", {}, { payload: "x", options: { beams: 99 } }],
    ["api-required", { api: "" }, { payload: "x" }],
  ];
  it.each(problems)("%s goes to the Catch node, with the message and what to do", async (code, settings, message) => {
    const { ask, send } = await loadNode(settings, { url: api.api });
    const caught = await send({ ...message, topic: "kept" });
    expect(caught).toMatchObject({
      topic: "kept",
      payload: message["payload"],
      error: { code, source: { id: "ask" } },
    });
    const { cause, message: text } = Object(caught["error"]);
    expect(cause).toMatchObject({ code, title: expect.any(String), fix: expect.any(String), retryable: false });
    expect(text).toContain(cause.title);
    expect(text).toContain(cause.fix);
    expect(statuses(ask).at(-1)).toEqual({ fill: "red", shape: "ring", text: cause.title });
  });

  it("nothing listens at the address", async () => {
    const closed = createServer();
    const port = await listen(closed);
    closed.close();
    const { send } = await loadNode({}, { url: `http://127.0.0.1:${port}` });
    expect(await send({ payload: picture })).toMatchObject({ error: { code: "connection-failed" } });
  });
});

describe("an API that is overloaded, or silent", () => {
  let seen: IncomingHttpHeaders[];
  let refusals: number;
  const server = createServer((request, response) => {
    seen.push(request.headers);
    request.resume();
    if (refusals < 0) return;
    refusals -= 1;
    const headers = { "content-type": "application/json", "retry-after": "0" };
    response.writeHead(refusals < 0 ? 200 : 503, headers);
    const problem = { code: "overloaded", title: "Busy", detail: "", fix: "Wait.", retryable: true, status: 503 };
    response.end(JSON.stringify(refusals < 0 ? { type: "text", text: "a truck" } : problem));
  });
  let url: string;
  beforeAll(async () => {
    url = `http://127.0.0.1:${await listen(server)}`;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    seen = [];
  });

  it("is asked again, with the key and one id for all attempts", async () => {
    refusals = 2;
    const { send } = await loadNode({}, { url: `${url}/`, key: "fe_test_key" });
    expect(await send({ payload: picture })).toMatchObject({ payload: { text: "a truck" } });
    expect(seen.map((headers) => headers.authorization)).toEqual(Array(3).fill("Bearer fe_test_key"));
    expect(new Set(seen.map((headers) => headers["idempotency-key"])).size).toBe(1);
    expect(seen[0]?.["user-agent"]).toMatch(/^florence-edge-node-red\//u);
  });

  it("is given up after the third time", async () => {
    refusals = 3;
    const { send } = await loadNode({}, { url });
    expect(await send({ payload: picture })).toMatchObject({ error: { code: "overloaded" } });
    expect(seen).toHaveLength(3);
    expect(seen[0]).not.toHaveProperty("authorization");
    expect(seen[0]).not.toHaveProperty("idempotency-key");
  });

  it("a flow that is stopped ends its questions, and nothing is caught", async () => {
    refusals = -1;
    const { ask, send } = await loadNode({}, { url });
    let hasAnswered = false;
    void send({ payload: picture }).then(() => (hasAnswered = true));
    ask.receive({ payload: picture });
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    expect(statuses(ask)).toMatchObject([{ fill: "blue" }, { text: "florence-edge.status.asking-several" }]);
    await helper.unload();
    await vi.waitFor(async () => {
      const connections = await new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
      expect(connections).toBe(0);
    });
    expect(hasAnswered).toBe(false);
  });
});
