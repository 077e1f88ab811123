import { readFile } from "node:fs/promises";
import { AzureKeyCredential } from "@azure/core-auth";
import ImageAnalysis from "@azure-rest/ai-vision-image-analysis";
import { API, KEY, PICTURE, print } from "./asking.mjs";

// A CommonJS package: its function is the default of the default.
const createClient = ImageAnalysis.default ?? ImageAnalysis;
const client = createClient(API, new AzureKeyCredential(KEY), {
  allowInsecureConnection: true,
  retryOptions: { maxRetries: 0 },
});
const body = await readFile(PICTURE);

/** What Microsoft's client makes of an analysis. The names are those of its samples. */
async function analyze(features, more = {}) {
  const {
    status,
    headers,
    body: result,
  } = await client.path("/imageanalysis:analyze").post({
    body,
    queryParameters: { features, ...more },
    contentType: "application/octet-stream",
  });
  return { status, requestId: headers["apim-request-id"], errorCode: headers["x-ms-error-code"], result };
}

const all = ["Caption", "DenseCaptions", "Objects", "People", "Read", "Tags"];
print({
  all: await analyze(all),
  neutral: await analyze(["Caption"], { "gender-neutral-caption": true, language: "en", "model-version": "latest" }),
  crops: await analyze([...all, "SmartCrops"], { "smartCrops-aspect-ratios": [0.9, 1.33] }),
  german: await analyze(["Caption"], { language: "de" }),
});
