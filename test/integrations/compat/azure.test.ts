import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { azureErrorSchema, azureResultSchema } from "../../support/azure-schema.ts";
import { type Api, type PaidApi, PICTURE, startApi, startPaidApi } from "./support/api.ts";
import { python, samples } from "./support/install.ts";
import { runClient } from "./support/run-client.ts";

const run = promisify(execFile);
const ajv = new Ajv2020();
const isResult = ajv.compile(azureResultSchema);
const isError = ajv.compile(azureErrorSchema);

/** Microsoft's samples that ask about a file and not for smart crops. */
const SAMPLES = [
  "sample_caption_image_file.py",
  "sample_dense_captions_image_file.py",
  "sample_objects_image_file.py",
  "sample_ocr_image_file.py",
  "sample_people_image_file.py",
  "sample_tags_image_file.py",
];

const ALL = "caption,denseCaptions,objects,tags,read,people";

/** The stages of a response, in milliseconds. */
function stagesOf({ headers }: Response): Readonly<Record<string, number>> {
  const entries = (headers.get("server-timing") ?? "").split(", ").map((entry) => entry.split(";dur="));
  return Object.fromEntries(entries.map(([name = "", ms]) => [name, Number(ms)]));
}

describe("clients of Azure Image Analysis", () => {
  let api: Api;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.stop());

  it.each(SAMPLES)("Microsoft's %s runs with only endpoint and key changed", async (sample) => {
    const env = { ...process.env, VISION_ENDPOINT: api.origin, VISION_KEY: "0".repeat(32) };
    const cwd = join(samples, "samples");
    const { stdout, stderr } = await run(python, [sample], { cwd, env });
    expect([stdout.split("\n")[0], stderr]).toEqual(["Image analysis results:", ""]);
    expect(stdout).toContain(" Image height: 576\n Image width: 864\n Model version: mini@");
  });

  it("the client for JavaScript gets a valid result, and Azure's errors", async () => {
    const client = { name: "azure-rest", program: "azure-rest.mjs" };
    const report = await runClient(client, { API: api.origin, KEY: "0".repeat(32), PICTURE });
    expect(report).toMatchObject({
      all: {
        status: "200",
        result: {
          captionResult: {},
          denseCaptionsResult: {},
          objectsResult: {},
          peopleResult: {},
          readResult: {},
          tagsResult: {},
        },
      },
      neutral: { status: "200", result: { captionResult: {} } },
      crops: {
        status: "400",
        errorCode: "InvalidRequest",
        result: { error: { innererror: { code: "NotSupportedVisualFeature" } } },
      },
      german: {
        status: "400",
        errorCode: "InvalidRequest",
        result: { error: { innererror: { code: "NotSupportedLanguage" } } },
      },
    });
    const { all, crops } = Object(report);
    isResult(all.result);
    isError(crops.result);
    expect([isResult.errors ?? [], isError.errors ?? []]).toEqual([[], []]);
    expect(all.requestId).toMatch(/^[\w-]+$/u);
  });

  it("the client for Python gets a valid result, and raises Azure's errors", async () => {
    const client = { name: "azure-ai-vision-imageanalysis", program: "azure_client.py" };
    const report = await runClient(client, { API: api.origin, KEY: "0".repeat(32), PICTURE });
    const { all } = Object(report);
    isResult(all);
    expect(isResult.errors ?? []).toEqual([]);
    expect(report).toMatchObject({
      broken: { name: "HttpResponseError", status: 400, code: "InvalidRequest", inner: "InvalidImageFormat" },
      crops: { name: "HttpResponseError", status: 400, inner: "NotSupportedVisualFeature" },
      german: { name: "HttpResponseError", status: 400, inner: "NotSupportedLanguage" },
    });
  });

  it("all features are one look at the image: it is encoded once, and not once for each", async () => {
    const image = await readFile(PICTURE);
    const encodeMs = async (features: string): Promise<number> => {
      const path = `/computervision/imageanalysis:analyze?api-version=2023-10-01&features=${features}`;
      const headers = { "content-type": "application/octet-stream", "cache-control": "no-store" };
      const response = await fetch(api.origin + path, { method: "POST", headers, body: image });
      expect(response.status).toBe(200);
      return stagesOf(response)["encode"] ?? Number.NaN;
    };
    const together = await encodeMs(ALL);
    let apart = 0;
    for (const feature of ["caption", "denseCaptions", "objects", "read", "people"]) apart += await encodeMs(feature);
    expect(together).toBeLessThan(apart);
  });
});

describe("clients of Azure where answers need a key", () => {
  let api: PaidApi;
  beforeAll(async () => {
    api = await startPaidApi();
  });
  afterAll(() => api.stop());

  const client = { name: "azure-ai-vision-imageanalysis", program: "azure_client.py" };
  const ask = (KEY: string) => runClient(client, { API: api.origin, KEY, PICTURE, ONLY: "refused" });

  it.each([
    ["revoked", 401, "ClientAuthenticationError"],
    ["limited", 429, "HttpResponseError"],
    ["poor", 402, "HttpResponseError"],
  ] as const)("the client for Python raises what a key that is %s cannot do", async (key, status, name) => {
    expect(await ask(api[key])).toMatchObject({ refused: { name, status, code: String(status) } });
  });

  it("a key in Ocp-Apim-Subscription-Key pays", async () => {
    expect(await ask(api.rich)).toMatchObject({ refused: { captionResult: {} } });
  });
});
