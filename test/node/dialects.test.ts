import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../../tools/bundle.ts";
import { type Build, root, type Server, serve } from "../../tools/serve.ts";
import { azureResultSchema } from "../support/azure-schema.ts";
import { describedPaths, inferPath, replyOf } from "../support/cat-backend.ts";
import { bytes, int32 } from "../support/fake-client.ts";
import { hostileServer, withServer } from "../support/hostile-backend.ts";

const AZURE =
  "/computervision/imageanalysis:analyze?api-version=2023-10-01&features=caption,denseCaptions,objects,tags,read,people";
const isResult = new Ajv2020().compile(azureResultSchema);

let build: Build;
let image: Uint8Array<ArrayBuffer> = new Uint8Array();
let embedded: Server | undefined;
beforeAll(async () => {
  build = await bundle();
  image = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  embedded = await serve(build, { port: 0 });
});
afterAll(() => embedded?.stop());

function post(url: URL | undefined, path: string, body: BodyInit, type: string): Promise<Response> {
  return fetch(new URL(path, url), { method: "POST", body, headers: { "content-type": type } });
}

it("the built Worker answers in each dialect what it answers at /v1, after the model was loaded", async () => {
  const url = embedded?.url;
  // First, since what decodes images leaves traces in the isolate's globals.
  const caption = await (await post(url, "/v1/caption", image, "image/jpeg")).json();
  const image_url = { url: `data:image/jpeg;base64,${Buffer.from(image).toString("base64")}` };
  const messages = [{ role: "user", content: [{ type: "image_url", image_url }] }];
  const question = JSON.stringify({ model: "florence-2/caption", messages });
  const chat = await post(url, "/openai/v1/chat/completions", question, "application/json");
  const [choice] = (await chat.json()).choices;
  expect([choice.message.content, choice.message.florence]).toEqual([caption.text, caption]);
  expect(chat.headers.get("cache-status")).toBe("florence-edge; hit");
  const azure = await (await post(url, AZURE, image, "application/octet-stream")).json();
  isResult(azure);
  expect([isResult.errors ?? [], azure.captionResult.text]).toEqual([[], caption.text]);
});

it("all features of an analysis are one call of the backend, with one image", async () => {
  const prompts = 5;
  const backend = {
    ...describedPaths,
    [inferPath]: replyOf([
      bytes(
        "text",
        Array.from({ length: prompts }, () => "<s></s>"),
      ),
      {
        name: "token_ids",
        datatype: "INT64",
        shape: [prompts, 2],
        data: BigInt64Array.from({ length: prompts * 2 }, (_, index) => (index % 2 === 0 ? 0n : 2n)),
      },
      { name: "token_logprobs", datatype: "FP32", shape: [prompts, 2], data: new Float32Array(prompts * 2) },
      int32(
        "token_count",
        Array.from({ length: prompts }, () => 2),
      ),
    ]),
  };
  const requested: string[] = [];
  await withServer(hostileServer(backend, requested), async (port) => {
    const variables = { PLACEMENT: "remote", BACKEND_URL: `http://127.0.0.1:${port}` };
    const api = await serve(build, { port: 0, variables });
    const response = await post(api.url, AZURE, image, "application/octet-stream");
    expect([response.status, Object.keys(await response.json())]).toEqual([
      200,
      expect.arrayContaining(["peopleResult"]),
    ]);
    await api.stop();
  });
  expect(requested.filter((path) => path === inferPath)).toHaveLength(1);
});
