import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { root } from "../../../tools/serve.ts";
import { startMcp } from "../mcp/support/api.ts";
import { loadNode, statuses, useHelper } from "./support/flow.ts";
import { type Message, nextMessage } from "./support/helper.ts";

let api: Awaited<ReturnType<typeof startMcp>>;
let picture: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  api = await startMcp();
  picture = Uint8Array.from(await readFile(join(root, "test/pictures/street.jpg")));
});
afterAll(() => api.stop());
useHelper();

/** Loads a flow whose node asks the API. */
const load = (settings: Message = {}) => loadNode(settings, { url: api.api });

describe("what is asked", () => {
  it.each([
    ["the bytes of a file", () => ({ payload: picture })],
    ["base64", () => ({ payload: Buffer.from(picture).toString("base64") })],
    ["a data URI", () => ({ payload: `data:image/jpeg;base64,${Buffer.from(picture).toString("base64")}` })],
    ["an address", () => ({ payload: api.picture })],
    ["the address in msg.url, beside a payload that is no image", () => ({ payload: 1764547200000, url: api.picture })],
    ["an object with an address", () => ({ payload: { url: api.picture } })],
  ])("an image may be %s", async (_, message) => {
    const { send } = await load();
    expect(await send({ ...message(), topic: "kept" })).toMatchObject({
      topic: "kept",
      payload: {
        type: "boxes",
        objects: [{ label: "snail" }, { label: "snail" }, { label: "truck" }, { label: "truck" }],
      },
    });
  });

  it("the handle of an upload is an image", async () => {
    const { image, put_url } = await (await fetch(`${api.api}/v1/uploads`, { method: "POST" })).json();
    await fetch(put_url, { method: "PUT", body: picture });
    const { send } = await load({ task: "caption", returns: "simplified" });
    expect(await send({ payload: image })).toMatchObject({ payload: { text: expect.stringContaining("truck") } });
  });

  it.each([
    ["fixed", { labels: { value: "snail,truck", type: "str" } }, {}],
    ["from the message", { labels: { value: "names", type: "msg" } }, { names: ["snail", "truck"] }],
    ["of an expression", { labels: { value: '["snail", "truck"]', type: "jsonata" } }, {}],
    ["replaced by msg.options", { labels: { value: "cat", type: "str" } }, { options: { labels: ["snail", "truck"] } }],
  ])("an option may be %s", async (_, options, message) => {
    const { send } = await load({ task: "open-vocabulary-detection", options, returns: "simplified" });
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
      const { ask, send } = await load({ task: "region-to-category", options });
      ask.context().flow.set("area", region);
      expect(await send({ payload: picture })).toMatchObject({ payload: { text: "truck" } });
    },
  );

  it("the message may name the task", async () => {
    const { send } = await load({ task: "" });
    expect(await send({ payload: picture, task: "caption" })).toMatchObject({ payload: { task: "caption" } });
  });
});

describe("what is returned", () => {
  it("one message per object, with the rest of the answer and its place among the others", async () => {
    const { ask, out } = await load({ returns: "objects" });
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
    const { ask, out, completed } = await load({
      returns: "objects",
      options: { min_score: { value: "1", type: "num" } },
    });
    let sent = 0;
    out.on("input", () => (sent += 1));
    const done = nextMessage(completed);
    ask.receive({ payload: picture });
    await done;
    expect(sent).toBe(0);
  });

  it("a text is one message, if one per object is wanted", async () => {
    const { send } = await load({ task: "caption", returns: "objects" });
    expect(await send({ payload: picture })).toMatchObject({ payload: { type: "text" } });
  });

  it.each([
    ["svg", (drawing: unknown) => expect(drawing).toMatch(/^<svg/u)],
    ["png", (drawing: unknown) => expect(drawing).toEqual(Buffer.from(Object(drawing)))],
  ])("a drawing as %s, beside the answer", async (drawing, check) => {
    const { send } = await load({ drawing, options: { box_format: { value: "xywh", type: "str" } } });
    const message = await send({ payload: picture });
    expect(message).toMatchObject({ payload: { box_format: "xywh" } });
    check(message["drawing"]);
  });

  it("the status shows the question, and then nothing", async () => {
    const { ask, send } = await load();
    await send({ payload: picture });
    expect(statuses(ask)).toEqual([{ fill: "blue", shape: "dot", text: "florence-edge.status.asking" }, {}]);
  });
});
