import { describe, expect, it } from "vitest";
import { errorOf, servingApp } from "../support/serving-app.ts";

async function get(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const { app } = await servingApp();
  const response = await app.request(path);
  return { status: response.status, body: await response.json() };
}

describe("metadata", () => {
  it("name the server and its extensions", async () => {
    expect(await get("/v2")).toMatchObject({
      status: 200,
      body: { name: "florence-edge", version: "0.0.0", extensions: expect.arrayContaining(["binary_tensor_data"]) },
    });
  });

  it("list every model", async () => {
    const models = [
      "florence2",
      "florence2_encoder",
      "vision_encoder",
      "embed_tokens",
      "encoder_model",
      "decoder_model_merged",
    ];
    expect((await get("/v2/models")).body).toEqual({ models });
    for (const model of models) {
      const { status, body } = await get(`/v2/models/${model}`);
      expect(status).toBe(200);
      const parameters = { model_id: "tiny", revision: "r1", dtype: "fp32" };
      expect(body).toMatchObject({ name: model, versions: ["1"], platform: "onnxruntime", parameters });
      expect(await get(`/v2/models/${model}/versions/1`)).toEqual({ status, body });
    }
  });

  it("of florence2 list its inputs, outputs and identity", async () => {
    expect((await get("/v2/models/florence2")).body).toMatchObject({
      inputs: [
        { name: "image", datatype: "BYTES", shape: [1], optional: true },
        { name: "image_digest", datatype: "BYTES", shape: [1], optional: true },
        { name: "image_scope", datatype: "BYTES", shape: [1], optional: true },
        { name: "prompt", datatype: "BYTES", shape: [-1] },
        { name: "max_new_tokens", datatype: "INT32", shape: [1], optional: true },
        { name: "num_beams", datatype: "INT32", shape: [1], optional: true },
      ],
      outputs: [
        { name: "text", datatype: "BYTES", shape: [-1] },
        { name: "token_ids", datatype: "INT64", shape: [-1, -1] },
        { name: "token_logprobs", datatype: "FP32", shape: [-1, -1] },
        { name: "token_count", datatype: "INT32", shape: [-1] },
        { name: "prompt_token_count", datatype: "INT32", shape: [-1] },
        { name: "finish_reason", datatype: "BYTES", shape: [-1] },
      ],
      parameters: {
        model_id: "tiny",
        revision: "r1",
        dtype: "fp32",
        domain: "letters",
        image_size: 1,
        first_location_id: 3,
        generate_stream: true,
      },
    });
  });

  it("of a graph list its ports, with -1 for free dimensions", async () => {
    expect((await get("/v2/models/encoder_model")).body).toMatchObject({
      inputs: [
        { name: "attention_mask", datatype: "INT64", shape: [-1, -1] },
        { name: "inputs_embeds", datatype: "FP32", shape: [-1, -1, 4] },
      ],
      outputs: [{ name: "last_hidden_state", datatype: "FP32", shape: [-1, -1, 4] }],
    });
  });
});

describe("health", () => {
  it.each([
    "/v2/health/live",
    "/v2/health/ready",
    "/v2/models/florence2/ready",
    "/v2/models/florence2/versions/1/ready",
  ])("is 200 at %s", async (path) => expect((await get(path)).status).toBe(200));

  it("is live but not ready once the server is closing", async () => {
    const { app, admission } = await servingApp();
    await admission.close();
    const statusOf = async (path: string) => (await app.request(path)).status;
    expect(await statusOf("/v2/health/live")).toBe(200);
    expect(await statusOf("/v2/health/ready")).toBe(503);
    expect(await statusOf("/v2/models/florence2/ready")).toBe(503);
  });
});

describe("an unknown path or operation", () => {
  it.each([
    ["GET", "/v2/models/florence3"],
    ["GET", "/v2/models/florence3/ready"],
    ["GET", "/v2/models/florence2/versions/2"],
    ["POST", "/v2/models/florence3/infer"],
    ["POST", "/v2/models/florence2/versions/2/infer"],
    ["POST", "/v2/models/__proto__/infer"],
    ["POST", "/v2/models/florence3/generate_stream"],
    ["GET", "/v2/models/florence2/infer"],
    ["GET", "/"],
  ])("%s %s is answered with not-found", async (method, path) => {
    const { app } = await servingApp();
    expect(await errorOf(await app.request(path, { method }))).toEqual([404, "not-found"]);
  });

  it("is answered with not-supported for a stream of a model that does not stream", async () => {
    const { app } = await servingApp();
    const response = await app.request("/v2/models/florence2_encoder/generate_stream", { method: "POST", body: "{}" });
    expect(await errorOf(response)).toEqual([501, "not-supported"]);
  });
});
