import { describe, expect, it } from "vitest";
import { decodeRequest } from "../../../src/inference/protocol/binary-extension.ts";
import { createInferenceClient, SERVER_METADATA_TTL_MS } from "../../../src/inference/protocol/client.ts";
import type { NamedTensor } from "../../../src/inference/protocol/datatypes.ts";
import { outputOf } from "../../../src/inference/protocol/infer.ts";
import { fakeServer, metadata, reply } from "../../support/protocol-backend.ts";
import type { Answer, SeenRequest } from "../../support/protocol-backend.ts";
import { utf8, valueOf } from "../../support/protocol-tensors.ts";

const text: NamedTensor = { name: "text", datatype: "BYTES", shape: [1], data: [utf8("snail")] };
const counts: NamedTensor = { name: "count", datatype: "INT32", shape: [1], data: Int32Array.of(7) };
const request = { inputs: [text], outputs: [{ name: "count" }] };
const path = "/v2/models/m/infer";

const decoded = ({ body, headers }: SeenRequest) => valueOf(decodeRequest(body, headers));

describe("infer", () => {
  it("sends and requests tensors as binary data where the server lists the extension", async () => {
    const { client, seen } = fakeServer({ [path]: () => reply([counts]) });
    const answer = await client.infer("m", request, { requestId: "r-1", traceparent: "00-1-2-01", deadlineMs: 9000 });
    expect(outputOf(answer, "count", "INT32").data).toEqual(Int32Array.of(7));
    expect(answer).toMatchObject({ modelName: "m", modelVersion: "3", parameters: {} });
    expect(answer.serverTiming).toEqual([
      { name: "queue", ms: 1.5 },
      { name: "decode", ms: 20 },
    ]);
    const sent = seen.at(-1);
    expect(sent?.headers.get("Content-Type")).toBe("application/octet-stream");
    expect(sent?.headers.get("X-Request-Id")).toBe("r-1");
    expect(sent?.headers.get("traceparent")).toBe("00-1-2-01");
    expect(sent && decoded(sent)).toMatchObject({
      parameters: { timeout: 9_000_000 },
      outputs: [{ name: "count", parameters: { binary_data: true } }],
    });
  });

  it.each<[string, Answer]>([
    ["does not list the extension", () => metadata([])],
    ["lists no extensions", () => metadata(null)],
    ["refuses GET /v2", () => new Response("", { status: 404 })],
  ])("sends JSON where the server %s", async (_, answer) => {
    const { client, seen } = fakeServer({ "/v2": answer, [path]: () => reply([counts], false) });
    await client.infer("m", request);
    const sent = seen.at(-1);
    expect(sent?.headers.get("Content-Type")).toBe("application/json");
    expect(sent && decoded(sent)).toMatchObject({ inputs: [{ name: "text" }], outputs: [{ name: "count" }] });
  });

  it("does not fall back to JSON on a server error", async () => {
    const { client, seen } = fakeServer({ "/v2": () => new Response("", { status: 500 }) });
    await expect(client.infer("m", request)).rejects.toMatchObject({ kind: "server-error" });
    expect(seen.map((each) => each.path)).toEqual(["/v2"]);
  });

  it.each([
    [true, "application/octet-stream"],
    [false, "application/json"],
  ])("does not request GET /v2 where binaryTensors is %s", async (binaryTensors, type) => {
    const { client, seen } = fakeServer({ [path]: () => reply([counts]) }, { binaryTensors });
    await client.infer("m", request);
    expect(seen.map(({ headers }) => headers.get("Content-Type"))).toEqual([type]);
  });

  it("requests all outputs as binary data when none is named, unless the caller overrides it", async () => {
    const { client, seen } = fakeServer({ [path]: () => reply([counts]) });
    await client.infer("m", { inputs: [] });
    await client.infer("m", { inputs: [], parameters: { binary_data_output: false, timeout: 5 } });
    const [, first, second] = seen;
    expect(first && decoded(first).parameters).toMatchObject({ binary_data_output: true });
    expect(second && decoded(second).parameters).toEqual({ binary_data_output: false, timeout: 5 });
  });

  it("requests an output as JSON where the caller does", async () => {
    const { client, seen } = fakeServer({ [path]: () => reply([counts]) });
    const outputs = [{ name: "count", parameters: { binary_data: false } }];
    await client.infer("m", { inputs: [], outputs });
    const sent = seen.at(-1);
    expect(sent && decoded(sent).outputs).toEqual(outputs);
  });

  it("uses the requested model version", async () => {
    const { client } = fakeServer({ "/v2/models/m/versions/2/infer": () => reply([counts]) });
    await expect(client.infer("m", request, { version: "2" })).resolves.toMatchObject({ modelName: "m" });
  });

  it.each<[string, () => Response]>([
    ["an output is missing", () => reply([text])],
    ["the id is that of another request", () => reply([counts], true, "other")],
    ["the body is not a message", () => new Response("<html>")],
    ["the body is empty", () => new Response(null)],
    ["the body exceeds the limit", () => reply([{ ...counts, shape: [500], data: new Int32Array(500) }])],
  ])("throws malformed when %s", async (_, answer) => {
    const { client, seen } = fakeServer({ [path]: answer }, { maxReplyBytes: 1000 });
    await expect(client.infer("m", { ...request, id: "mine" })).rejects.toMatchObject({ kind: "malformed" });
    expect(seen.filter((each) => each.path === path)).toHaveLength(1);
  });

  it("accepts a reply of exactly the size limit", async () => {
    const length = (await reply([counts]).arrayBuffer()).byteLength;
    const { client } = fakeServer({ [path]: () => reply([counts]) }, { maxReplyBytes: length });
    await expect(client.infer("m", request)).resolves.toBeDefined();
    const { client: stricter } = fakeServer({ [path]: () => reply([counts]) }, { maxReplyBytes: length - 1 });
    await expect(stricter.infer("m", request)).rejects.toMatchObject({ kind: "malformed" });
  });

  it("sends nothing for a request that cannot be encoded", async () => {
    const half: NamedTensor = { name: "a", datatype: "FP16", shape: [1], data: Float32Array.of(1) };
    const { client, seen } = fakeServer({ "/v2": () => metadata([]) });
    const invalid = { kind: "invalid-request" };
    await expect(client.infer("..", request)).rejects.toMatchObject(invalid);
    await expect(client.infer("m", request, { version: "latest" })).rejects.toMatchObject(invalid);
    await expect(client.infer("m", request, { requestId: "a\nb" })).rejects.toMatchObject(invalid);
    await expect(client.infer("m", { inputs: [half] })).rejects.toMatchObject(invalid);
    expect(seen.map((each) => each.path)).not.toContain(path);
  });
});

describe("outputOf", () => {
  it("throws malformed for an output with another datatype, or a missing one", async () => {
    const { client } = fakeServer({ [path]: () => reply([counts]) });
    const answer = await client.infer("m", request);
    expect(() => outputOf(answer, "count", "FP32")).toThrow(expect.objectContaining({ kind: "malformed" }));
    expect(() => outputOf(answer, "text", "BYTES")).toThrow(expect.objectContaining({ kind: "malformed" }));
  });
});

describe("server", () => {
  it("is memoized, and requested again after the TTL", async () => {
    const { client, seen, clock } = fakeServer({});
    expect(await client.server()).toEqual({ name: "fake", version: "1", extensions: ["binary_tensor_data"] });
    clock.advance(SERVER_METADATA_TTL_MS - 1);
    await client.server();
    expect(seen).toHaveLength(1);
    clock.advance(1);
    await client.server();
    expect(seen).toHaveLength(2);
  });

  it("is requested again after a failure", async () => {
    const { client } = fakeServer({
      "/v2": (_, index) => (index === 0 ? new Response("{}", { status: 500 }) : metadata([])),
    });
    await expect(client.server()).rejects.toMatchObject({ kind: "server-error", status: 500 });
    await expect(client.server()).resolves.toMatchObject({ extensions: [] });
  });

  it.each(["[]", "null", '{"extensions":"x"}', '{"extensions":[1]}', '{"name":1}', "{"])(
    "throws malformed for the reply %s",
    async (body) => {
      const { client } = fakeServer({ "/v2": () => new Response(body) });
      await expect(client.server()).rejects.toMatchObject({ kind: "malformed" });
    },
  );
});

describe("metadata", () => {
  const described = {
    name: "m",
    versions: ["1"],
    platform: "onnx",
    inputs: [{ name: "image", datatype: "BYTES", shape: [-1] }],
    outputs: [],
    parameters: { image_size: 768 },
  };

  it("returns what the server reports, and empty values for what it omits", async () => {
    const { client } = fakeServer({
      "/v2/models/m": () => Response.json(described),
      "/v2/models/n": () => Response.json({ name: "n", inputs: null }),
    });
    expect(await client.metadata("m")).toEqual(described);
    expect(await client.metadata("n")).toEqual({
      name: "n",
      versions: [],
      platform: "",
      inputs: [],
      outputs: [],
      parameters: {},
    });
  });

  it("throws refused for an unknown model", async () => {
    const { client } = fakeServer({});
    await expect(client.metadata("m")).rejects.toMatchObject({ kind: "refused", status: 404 });
  });
});

describe("createInferenceClient", () => {
  it("rejects an invalid URL", () => {
    const { now, sleep } = fakeServer({}).clock;
    const options = { fetch: () => Promise.resolve(new Response()), now, sleep, random: () => 0 };
    expect(() => createInferenceClient({ ...options, url: "gpu" })).toThrow(TypeError);
  });

  it("sends its headers with every request", async () => {
    const { client, seen } = fakeServer({ [path]: () => reply([counts]) }, { headers: { authorization: "Bearer x" } });
    await client.infer("m", request);
    expect(seen.map(({ headers }) => headers.get("Authorization"))).toEqual(["Bearer x", "Bearer x"]);
  });
});
