import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { MAX_UPLOAD_BYTES, PreparedUpload } from "../../../src/contract/uploads.ts";
import { sampleImage } from "../../support/sample-images.ts";
import { jpegSegment, joinBytes } from "../../support/image-bytes.ts";
import { type Call, output, startMcp, tool, withClient, withFastMcp } from "./support/api.ts";

let running: Awaited<ReturnType<typeof startMcp>>;
let folder: string;
beforeAll(async () => {
  running = await startMcp();
  folder = await mkdtemp(join(tmpdir(), "florence-mcp-"));
});
afterAll(async () => {
  await running.stop();
  await rm(folder, { recursive: true });
});

const Boxes = z.object({
  source: z.object({ width: z.number(), height: z.number() }),
  objects: z.array(
    z.object({
      label: z.string(),
      score: z.number(),
      box: z.object({ x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() }),
      svg_path: z.string().optional(),
    }),
  ),
});

async function askApi(path: string, body: object): Promise<unknown> {
  const init = { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const response = await fetch(new URL(path, running.api), init);
  expect(response.status).toBe(200);
  return response.json();
}

/** The answer of `/v1` in whole pixels, computed here. */
async function leanBoxes(path: string, body: object) {
  const { source, objects } = Boxes.parse(await askApi(path, body));
  return {
    ...source,
    objects: objects.map(({ box: { x1, y1, x2, y2 }, ...object }) => ({
      ...object,
      box: [x1, y1, x2, y2].map((value) => Math.round(value)),
    })),
  };
}

/** Calls, and what `/v1` says to each. */
async function expectations(image: string) {
  const region = [170, 0, 360, 170];
  const box = { x1: 170, y1: 0, x2: 360, y2: 170 };
  const text = async (path: string, body: object = {}) => {
    const answer = z.object({ text: z.string() }).parse(await askApi(path, { image, ...body }));
    return answer;
  };
  const outlines = { image, region: box, include: ["svg_path"] };
  const table: readonly (readonly [Call, unknown])[] = [
    [{ name: "describe_image", arguments: { image } }, await text("/v1/caption")],
    [{ name: "read_text", arguments: { image } }, await text("/v1/ocr")],
    [{ name: "describe_region", arguments: { image, region } }, await text("/v1/region-to-category", { region: box })],
    [{ name: "find_objects", arguments: { image } }, await leanBoxes("/v1/object-detection", { image })],
    [
      { name: "find_objects", arguments: { image, names: ["snail", "truck"] } },
      await leanBoxes("/v1/open-vocabulary-detection", { image, labels: ["snail", "truck"] }),
    ],
    [{ name: "outline_object", arguments: { image, region } }, await leanBoxes("/v1/region-to-segmentation", outlines)],
    [
      { name: "look_at_image", arguments: { image, tasks: [{ task: "caption" }, { task: "object-detection" }] } },
      {
        results: [
          { task: "caption", ...(await text("/v1/caption")) },
          { task: "object-detection", ...(await leanBoxes("/v1/object-detection", { image })) },
        ],
      },
    ],
  ];
  return { calls: table.map(([call]) => call), expected: table.map(([, answer]) => answer) };
}

describe("other people's clients", () => {
  it.each([
    ["legacy", "2025-11-25"],
    ["auto", "2026-07-28"],
    ["2026-07-28", "2026-07-28"],
  ])("@modelcontextprotocol/client, mode %s", async (mode, agreed) => {
    const { calls, expected } = await expectations(running.picture);
    const { version, results, tools } = await withClient(mode, running.mcp, calls);
    expect(version).toBe(agreed);
    expect(tools).toHaveLength(9);
    expect(results.map(({ result }) => result.structuredContent)).toEqual(expected);
    for (const { result } of results) {
      expect(JSON.parse(String(result.content[0]?.["text"]))).toEqual(result.structuredContent);
    }
    expect(results[3]?.progress).toEqual(["snail", "snail", "truck", "truck"]);
    const link = results[3]?.result.content[1];
    const drawing = await fetch(String(link?.["uri"]));
    expect(drawing.headers.get("content-type")).toBe("image/svg+xml");
    expect(await drawing.text()).toContain("</svg>");
  });

  it("fastmcp", async () => {
    const { calls, expected } = await expectations(running.picture);
    const broken = { name: "describe_image", arguments: { image: "QUJD" } };
    const { tools, results } = await withFastMcp(running.mcp, [...calls, broken]);
    expect(tools).toHaveLength(9);
    expect(results.slice(0, -1).map((result) => result.structuredContent)).toEqual(expected);
    expect(results.at(-1)).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching("^unsupported-image: ") }],
    });
  });

  it.each(["legacy", "modern"])("the Inspector's command, %s", async (protocolEra) => {
    const config = join(folder, `${protocolEra}.json`);
    const entry = { type: "streamable-http", url: running.mcp, protocolEra };
    await writeFile(config, JSON.stringify({ mcpServers: { f: entry } }));
    const inspect = (...given: readonly string[]) =>
      output(tool("mcp-inspector"), ["--cli", "--config", config, "--server", "f", "--format", "json", ...given]);
    // Exit code 6 would be a schema that some host does not take.
    const list = await inspect("--method", "tools/list", "--strict");
    expect(list.code).toBe(0);
    expect(JSON.parse(list.stdout).result.tools).toHaveLength(9);
    const call = ["--method", "tools/call", "--tool-name", "find_objects", "--tool-arg"];
    const found = await inspect(...call, `image=${running.picture}`);
    expect(JSON.parse(found.stdout).result.structuredContent).toEqual(
      await leanBoxes("/v1/object-detection", { image: running.picture }),
    );
    const failed = await inspect(...call, "image=QUJD");
    expect(failed.code).toBe(5);
    expect(failed.stdout).toContain("Send a JPEG, PNG, WebP or GIF.");
  });
});

/** The picture of the README with comments in it, so many that the file has this length. */
function paddedJpeg(length: number): Uint8Array {
  const [comment, overhead, most] = [0xfe, 4, 60_000];
  const jpeg = sampleImage("street.jpg");
  const whole = Math.floor((length - jpeg.length) / (most + overhead)) - 1;
  const rest = length - jpeg.length - whole * (most + overhead) - 2 * overhead;
  const sizes = [...Array.from({ length: whole }, () => most), Math.floor(rest / 2), Math.ceil(rest / 2)];
  const comments = sizes.map((size) => jpegSegment(comment, new Uint8Array(size)));
  return joinBytes(jpeg.subarray(0, 2), ...comments, jpeg.subarray(2));
}

describe("a large picture", () => {
  it("of 10 MiB is uploaded by the tool's own command, and never part of a message", async () => {
    const file = join(folder, "large.jpg");
    const jpeg = paddedJpeg(MAX_UPLOAD_BYTES);
    expect(jpeg.length).toBe(MAX_UPLOAD_BYTES);
    await writeFile(file, jpeg);
    const prepared = await withClient("auto", running.mcp, [{ name: "prepare_image_upload", arguments: {} }]);
    const { image, curl } = PreparedUpload.parse(prepared.results[0]?.result.structuredContent);
    const { stdout } = await promisify(execFile)("sh", ["-c", curl.replace("FILE", file)]);
    expect(JSON.parse(stdout)).toEqual({ image, bytes: MAX_UPLOAD_BYTES });
    const { calls, expected } = await expectations(image);
    const { results, bytes } = await withClient("auto", running.mcp, calls);
    expect(results.map(({ result }) => result.structuredContent)).toEqual(expected);
    expect(bytes.sent).toBeLessThan(20_000);
    expect(bytes.received).toBeLessThan(60_000);
  });

  it("has no room as base64, and the error says so", async () => {
    const image = Buffer.from(sampleImage("garden.png")).toString("base64").padEnd(3_000_000, "A");
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "describe_image", arguments: { image } },
    });
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const response = await fetch(running.mcp, { method: "POST", body, headers });
    expect(response.status).toBe(413);
  });
});
