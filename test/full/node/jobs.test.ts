import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tasks } from "../../../src/florence/tasks.ts";
import { bundle } from "../../../tools/bundle.ts";
import { LOCAL_VARIABLES, serve, type Server } from "../../../tools/serve.ts";
import { sampleImage } from "../../support/sample-images.ts";

const image = Buffer.from(sampleImage("street.jpg")).toString("base64");
const inputs = {
  none: {},
  text: { text: "a snail" },
  labels: { labels: ["snail", "truck"] },
  region: { region: { x1: 0, y1: 160, x2: 200, y2: 350 } },
} as const;
/** What each task is asked, in each form of its answer that is JSON. */
const questions = Object.entries(tasks).flatMap(([name, { input }]) =>
  [{}, { format: "flat" }, { format: "raw" }, { min_score: 0.1, box_format: "xywh" }].map((form) => ({
    name: `${name} ${JSON.stringify(form)}`,
    path: `/v1/${name}`,
    body: { image, ...inputs[input], ...form },
  })),
);
const several = [
  { task: "caption" },
  { task: "object-detection", format: "flat" },
  { task: "vqa" },
  { task: "caption-to-phrase-grounding" },
];
const all = [
  ...questions,
  { name: "caption as the reference has it", path: "/v1/caption", body: { image, compat: "reference" } },
  { name: "analyze", path: "/v1/analyze", body: { image, tasks: several } },
  { name: "batch", path: "/v1/batch", body: { items: several.map((item) => ({ ...item, image })) } },
];

let server: Server;
beforeAll(async () => {
  server = await serve(await bundle(), { port: 0, variables: LOCAL_VARIABLES });
}, 60_000);
afterAll(() => server.stop());

function post(path: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json", "x-request-id": "same" };
  return fetch(new URL(path, server.url), { method: "POST", headers, body: JSON.stringify(body) });
}

describe("an answer that comes later, from the built Worker with its queue and bucket", () => {
  it.each(all)("is that of a direct request, byte for byte: $name", async ({ path, body }) => {
    const accepted = await post(path, { ...body, async: true });
    expect(accepted.status).toBe(202);
    const location = new URL(accepted.headers.get("location") ?? "", server.url);
    const job = await (await fetch(location, { headers: { prefer: "wait=30" } })).text();
    const direct = await (await post(path, body)).text();
    expect(JSON.parse(job)).toMatchObject({ status: "succeeded", problem: null });
    expect(job).toContain(`"result":${direct},"problem":null,`);
  });
});
