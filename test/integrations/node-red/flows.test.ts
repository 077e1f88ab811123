import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { root } from "../../../tools/serve.ts";
import { startMcp } from "../mcp/support/api.ts";
import { example, type NodeRed, startNodeRed } from "./support/node-red.ts";

const run = promisify(execFile);
const PICTURE = join(root, "test/pictures/street.jpg");

let api: Awaited<ReturnType<typeof startMcp>>;
let nodeRed: NodeRed;
beforeAll(async () => {
  api = await startMcp();
  const names = ["answer-over-http", "one-message-per-object", "drawing", "describe-an-address", "ask-about-a-region"];
  const flows = await Promise.all(names.map((name) => example(name, api.api)));
  // They share the node of the API, as flows do that are imported one after the other.
  const nodes = new Map(flows.flat().map((node) => [node["id"], node]));
  const text = JSON.stringify([...nodes.values()]).replaceAll("https://example.com/photo.jpg", api.picture);
  nodeRed = await startNodeRed(JSON.parse(text));
});
afterAll(async () => {
  await nodeRed.stop();
  await api.stop();
});

/** What `curl` gets: the status, the content type and the body. */
async function curl(...given: readonly string[]) {
  const format = "\n%{http_code} %{content_type}";
  const { stdout } = await run("curl", ["-s", "-w", format, ...given], { maxBuffer: 1 << 24 });
  const end = stdout.lastIndexOf("\n");
  const [status, type = ""] = stdout.slice(end + 1).split(" ");
  return { status: Number(status), type: type.replace(/;.*$/u, ""), body: stdout.slice(0, end) };
}

const post = (path: string, file: string) =>
  curl("-H", "content-type: image/jpeg", "--data-binary", `@${file}`, nodeRed.url + path);

async function askApi(path: string, given: readonly string[] = ["--data-binary", `@${PICTURE}`]) {
  const { status, body } = await curl("-H", "content-type: image/jpeg", ...given, api.api + path);
  expect(status).toBe(200);
  return Object(JSON.parse(body));
}

describe("the package's examples in Node-RED", () => {
  it("http in → florence-edge → http response answers a picture as the API does", async () => {
    const { status, body } = await post("/objects", PICTURE);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual(await askApi("/v1/object-detection?format=flat"));
    expect(JSON.parse(body)).toMatchObject({ object_count: 4, labels: "snail,snail,truck,truck" });
  });

  it("a file that is no picture goes to the Catch node, with the API's title and fix", async () => {
    const { status, body } = await post("/objects", import.meta.filename);
    expect(status).toBe(415);
    expect(JSON.parse(body)).toMatchObject({
      code: "unsupported-image",
      title: expect.any(String),
      fix: expect.any(String),
      retryable: false,
      status: 415,
    });
  });

  it("one message per object: a Join node makes a list of them", async () => {
    const { status, body } = await post("/labels", PICTURE);
    expect([status, JSON.parse(body)]).toEqual([200, ["snail", "snail", "truck", "truck"]]);
  });

  it("a drawing is the API's", async () => {
    const { status, type, body } = await post("/drawing", PICTURE);
    expect([status, type]).toEqual([200, "image/svg+xml"]);
    const drawn = await curl("--data-binary", `@${PICTURE}`, `${api.api}/v1/object-detection?overlay=svg`);
    expect(body).toBe(drawn.body);
    expect(body).toMatch(/^<svg[^]+<title>truck<\/title>/u);
  });

  it("a picture at an address is described", async () => {
    const { status } = await curl("-X", "POST", `${nodeRed.url}/inject/fe-address-inject`);
    expect(status).toBe(200);
    const { text } = await askApi("/v1/caption");
    await vi.waitFor(() => expect(nodeRed.log()).toContain(text), 30_000);
  });

  it("a form's file and region are taken from the message", async () => {
    const form = ["-F", `picture=@${PICTURE}`, "-F", "region=170,0,360,170"];
    const { status, body } = await curl(...form, `${nodeRed.url}/region`);
    expect([status, JSON.parse(body)]).toMatchObject([200, { text: "truck", task: "region-to-category" }]);
  });
});
