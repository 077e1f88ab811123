import { readFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { listen } from "../../../bench/edge/listen.ts";
import register from "../../../integrations/node-red/nodes/florence-edge.js";
import { root } from "../../../tools/serve.ts";
import { startMcp } from "../mcp/support/api.ts";
import { helper, type Message, nextMessage } from "./support/helper.ts";

let api: Awaited<ReturnType<typeof startMcp>>;
let picture: Buffer;
beforeAll(async () => {
  api = await startMcp();
  picture = await readFile(join(root, "test/pictures/street.jpg"));
});
afterAll(() => api.stop());

beforeEach(() => new Promise<void>((resolve) => helper.startServer(resolve)));
afterEach(async () => {
  await helper.unload();
  await new Promise<void>((resolve) => helper.stopServer(resolve));
});

const node = {
  id: "ask",
  type: "florence-edge",
  api: "api",
  task: "object-detection",
  image: "payload",
  imageType: "msg",
  options: {},
  returns: "full",
  drawing: "",
  wires: [["out"]],
};

/** Loads a flow with the node, a helper node that gets what it sends, and one behind a Catch node. */
async function loadNode(settings: Message = {}, { url = api.api, key = "" } = {}) {
  // A node without a place is a configuration node to Node-RED.
  const place = { z: "flow", x: 0, y: 0 };
  const flow = [
    { id: "flow", type: "tab" },
    { id: "api", type: "florence-edge-api", url },
    { ...node, ...place, ...settings },
    { id: "out", type: "helper", ...place, wires: [] },
    { id: "catch", type: "catch", ...place, scope: null, uncaught: false, wires: [["caught"]] },
    { id: "caught", type: "helper", ...place, wires: [] },
    { id: "complete", type: "complete", ...place, scope: ["ask"], wires: [["completed"]] },
    { id: "completed", type: "helper", ...place, wires: [] },
  ];
  await helper.load(register, flow, { api: { key } });
  const [ask, out, caught, completed] = ["ask", "out", "caught", "completed"].map((id) => helper.getNode(id));
  if (!ask || !out || !caught || !completed) throw new Error("The flow is not loaded.");
  const next = Promise.race([nextMessage(out), nextMessage(caught)]);
  return { ask, out, completed, send: (message: Message) => (ask.receive(message), next) };
}

const statuses = (ask: Awaited<ReturnType<typeof loadNode>>["ask"]) => ask.status.args.map(([status]) => status);

describe("what is asked", () => {
  it.each([
    ["the bytes of a file", () => ({ payload: picture })],
    ["base64", () => ({ payload: picture.toString("base64") })],
    ["a data URI", () => ({ payload: `data:image/jpeg;base64,${picture.toString("base64")}` })],
    ["an address", () => ({ payload: api.picture })],
    ["the address in msg.url, beside a payload that is no image", () => ({ payload: 1764547200000, url: api.picture })],
    ["an object with an address", () => ({ payload: { url: api.picture } })],
  ])("an image may be %s", async (_, message) => {
    const { send } = await loadNode();
    expect(await send({ ...message(), topic: "kept" })).toMatchObject({
      topic: "kept",
      payload: { type: "boxes", objects: [{ label: "snail" }, { label: "snail" }, { label: "truck" }, { label: "truck" }] },
    });
  });

  it("the handle of an upload is an image", async () => {
    const uploaded = await fetch(`${api.api}/v1/uploads`, {
      method: "POST",
      body: picture,
      headers: { "content-type": "image/jpeg" },
    });
    const { image } = await uploaded.json();
    const { send } = await loadNode({ task: "caption", returns: "simplified" });
    expect(await send({ payload: image })).toMatchObject({ payload: { text: expect.stringContaining("truck") } });
  });

  it.each([
    ["fixed", { labels: { value: "snail,truck", type: "str" } }, {}],
    ["from the message", { labels: { value: "names", type: "msg" } }, { names: ["snail", "truck"] }],
    ["of an expression", { labels: { value: '["snail", "truck"]', type: "jsonata" } }, {}],
    ["replaced by msg.options", { labels: { value: "cat", type: "str" } }, { options: { labels: ["snail", "truck"] } }],
  ])("an option may be %s", async (_, options, message) => {
    const { send } = await loadNode({ task: "open-vocabulary-detection", options, returns: "simplified" });
    const { payload } = await send({ payload: picture, ...message });
    const asked = await fetch(`${api.api}/v1/open-vocabulary-detection?format=flat&labels=snail,truck`, {
      method: "POST",
      body: picture,
    });
    expect(payload).toEqual(await asked.json());
  });

  it.each([[[170, 0, 360, 170]], [{ x1: 170, y1: 0, x2: 360, y2: 170 }], ["170,0,360,170"]])(
    "a region of the flow's context may be %j",
    async (region) => {
      const options = { region: { value: "area", type: "flow" } };
      const { ask, send } = await loadNode({ task: "region-to-category", options });
      ask.context().flow.set("area", region);
      expect(await send({ payload: picture })).toMatchObject({ payload: { text: "truck" } });
    },
  );

  it("the message may name the task", async () => {
    const { send } = await loadNode({ task: "" });
    expect(await send({ payload: picture, task: "caption" })).toMatchObject({ payload: { task: "caption" } });
  });
});

describe("what is returned", () => {
  it("one message per object, with the rest of the answer and its place among the others", async () => {
    const { ask, out } = await loadNode({ returns: "objects" });
    const got: Message[] = [];
    out.on("input", (message) => got.push(message));
    ask.receive({ payload: picture, parts: { id: "outer", index: 3 } });
    await vi.waitFor(() => expect(got).toHaveLength(4));
    expect(got).toMatchObject(
      ["snail", "snail", "truck", "truck"].map((label, index) => ({
        payload: { label, box: { x1: expect.any(Number) } },
        answer: { type: "boxes", source: { width: 640, height: 480 } },
        parts: { type: "array", count: 4, index, parts: { id: "outer", index: 3 } },
      })),
    );
    expect(got[0]?.["answer"]).not.toHaveProperty("objects");
  });

  it("no message if nothing is found, and the node has completed", async () => {
    const { ask, out, completed } = await loadNode({ returns: "objects", options: { min_score: { value: "1", type: "num" } } });
    let sent = 0;
    out.on("input", () => (sent += 1));
    const done = nextMessage(completed);
    ask.receive({ payload: picture });
    await done;
    expect(sent).toBe(0);
  });

  it("a text is one message, if one per object is wanted", async () => {
    const { send } = await loadNode({ task: "caption", returns: "objects" });
    expect(await send({ payload: picture })).toMatchObject({ payload: { type: "text" } });
  });

  it.each([
    ["svg", (drawing: unknown) => expect(drawing).toMatch(/^<svg/u)],
    ["png", (drawing: unknown) => expect(drawing).toEqual(Buffer.from(Object(drawing)))],
  ])("a drawing as %s, beside the answer", async (drawing, check) => {
    const { send } = await loadNode({ drawing, options: { box_format: { value: "xywh", type: "str" } } });
    const message = await send({ payload: picture });
    expect(message).toMatchObject({ payload: { box_format: "xywh" } });
    check(message["drawing"]);
  });

  it("the status shows the question, and then nothing", async () => {
    const { ask, send } = await loadNode();
    await send({ payload: picture });
    expect(statuses(ask)).toEqual([{ fill: "blue", shape: "dot", text: "florence-edge.status.asking" }, {}]);
  });
});

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
    const { ask, send } = await loadNode(settings);
    const caught = await send({ ...message, topic: "kept" });
    expect(caught).toMatchObject({ topic: "kept", payload: message["payload"], error: { code, source: { id: "ask" } } });
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
