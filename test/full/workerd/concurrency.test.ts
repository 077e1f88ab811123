import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { sampleImage } from "../../support/sample-images.ts";

const images = [sampleImage("street.jpg"), sampleImage("garden.png")];
const paths = [
  "/v1/object-detection",
  "/v1/caption",
  "/v1/dense-region-caption",
  "/v1/region-proposal",
  "/v1/region-to-category?normalized_region=0.3,0,0.55,0.35",
  "/v1/open-vocabulary-detection?labels=truck&labels=tree",
  "/v1/referring-expression-segmentation?text=the%20cake",
  "/v1/more-detailed-caption",
];
const requests = paths.flatMap((path) => images.map((body) => ({ path, body })));

async function answerOf({ path, body }: (typeof requests)[number]): Promise<string> {
  const headers = { "content-type": "application/octet-stream" };
  const response = await exports.default.fetch(`https://api.test${path}`, { method: "POST", headers, body });
  expect(response.status).toBe(200);
  return response.text();
}

it("16 concurrent requests to a new isolate get the same 16 answers as sequential requests", async () => {
  const concurrent = await Promise.all(requests.map(answerOf));
  const sequential: string[] = [];
  for (const request of requests) sequential.push(await answerOf(request));
  expect(concurrent).toEqual(sequential);
  expect(new Set(sequential).size).toBe(16);
});
