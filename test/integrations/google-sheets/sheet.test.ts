import { execFile } from "node:child_process";
import { readFile, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listen } from "../../../bench/edge/listen.ts";
import { ADMIN_KEY, openAccounts } from "../../../tools/fuzz/accounts.ts";
import { root } from "../../../tools/serve.ts";
import { startMcp } from "../mcp/support/api.ts";
import { sheet } from "./support/sheet.ts";

let api: Awaited<ReturnType<typeof startMcp>>;
let properties: Readonly<Record<string, string>>;
beforeAll(async () => {
  api = await startMcp();
  properties = { FLORENCE_URL: `${api.api}/` };
});
afterAll(() => api.stop());

async function answerOf(path: string) {
  const body = await readFile(join(root, "test/pictures/street.jpg"));
  const response = await fetch(api.api + path, { method: "POST", body, headers: { "content-type": "image/jpeg" } });
  return Object(await response.json());
}

describe("=FLORENCE in a sheet, over HTTP", () => {
  it("a cell has the text, or the labels, that the API answers", async () => {
    const url = api.picture;
    const { cells } = await sheet({
      properties,
      formulas: [
        [url],
        [url, "ocr"],
        [url, "Object Detection"],
        [url, "open-vocabulary-detection", "labels=snail,truck"],
      ],
    });
    expect(cells).toEqual([
      (await answerOf("/v1/caption")).text,
      (await answerOf("/v1/ocr")).text,
      "snail,snail,truck,truck",
      (await answerOf("/v1/open-vocabulary-detection?format=flat&labels=snail,truck")).labels,
    ]);
  });

  it("`show` chooses fields of the answer, in cells beside each other", async () => {
    const option = "max_objects=1&show=first_label, object_count,first_x1";
    const { cells } = await sheet({ properties, formulas: [[api.picture, "object-detection", option]] });
    const { first_label, first_x1 } = await answerOf("/v1/object-detection?format=flat&max_objects=1");
    expect(cells).toEqual([[[first_label, 1, first_x1]]]);
  });

  it("a range is asked about in groups, each address once, and empty cells stay empty", async () => {
    const pictures = Array.from({ length: 8 }, (_, index) => `${api.picture}?${index}`);
    const range = [...pictures, "", pictures[0]].map((address) => [address]);
    const { cells, fetched } = await sheet({ properties, formulas: [[range, "caption"]] });
    const { text } = await answerOf("/v1/caption");
    expect(cells).toEqual([[...Array.from({ length: 8 }, () => [text]), [""], [text]]]);
    expect(fetched.map((group) => group.length)).toEqual([6, 2]);
  });

  it("an answer is kept: calculating again asks nobody", async () => {
    const formula = [api.picture, "caption"];
    const { cells, fetched } = await sheet({ properties, formulas: [formula, formula, [[formula], "caption"]] });
    expect(cells[1]).toBe(cells[0]);
    expect(fetched.slice(1).flat()).toHaveLength(1);
  });

  it("what cannot be asked within 30 seconds says so, and the next time continues", async () => {
    const range = Array.from({ length: 14 }, (_, index) => [`${api.picture}?slow${index}`]);
    const { cells, fetched } = await sheet({ properties, formulas: [[range], [range, "caption", "&"]], fetchMs: 9500 });
    expect(fetched.map((group) => group.length)).toEqual([6, 6, 2]);
    const [first, second] = cells.map((column) => Object(column).flat());
    expect(first.slice(12)).toEqual(Array(2).fill(expect.stringMatching(/^Error: Not asked yet/u)));
    expect(new Set(second)).toEqual(new Set([first[0]]));
  });
});

describe("errors are texts of cells", () => {
  it.each([
    ["an address without a picture", ["/no-picture"], /\(image-url-\S+, \d+\)\. \S/u],
    ["an unknown task", ["", "guess"], /^Error: .+ \(\S+, 404\)\. \S/u],
    ["a wrong option", ["", "caption", "beams=99"], /\(invalid-request, 400\).+ beams: /u],
    ["an option that is none", ["", "caption", "beams"], /^Error: Write the option beams as name=value\.$/u],
    ["an option that no cell can show", ["", "caption", "overlay=svg"], /^Error: The option overlay has no use/u],
    [
      "a field that no answer has",
      ["", "caption", "show=colour"],
      /^Error: The answer has no field colour\. It has: type, /u,
    ],
  ])("%s", async (_, [path, ...others], text) => {
    const url = path === "" ? api.picture : `${api.api}${path}`;
    const { cells } = await sheet({ properties, formulas: [[url, ...others]] });
    expect(cells).toEqual([expect.stringMatching(text)]);
  });

  it("one broken address of a range leaves the others", async () => {
    const range = [[api.picture], [`${api.api}/healthz`]];
    const { cells } = await sheet({ properties, formulas: [[range, "object-detection", "show=labels,object_count"]] });
    expect(cells).toEqual([
      [
        ["snail,snail,truck,truck", 4],
        [expect.stringMatching(/^Error: /u), ""],
      ],
    ]);
  });

  it("no address of an API is set, or nothing listens there", async () => {
    const closed = createServer();
    const port = await listen(closed);
    closed.close();
    const formulas = [[api.picture]];
    const { cells } = await sheet({ properties: {}, formulas });
    expect(cells).toEqual([expect.stringMatching(/^Error: No API is set\. .*FLORENCE_URL\.$/u)]);
    const silent = await sheet({ properties: { FLORENCE_URL: `http://127.0.0.1:${port}` }, formulas });
    expect(silent.cells).toEqual([expect.stringMatching(/^Error: The API cannot be reached\. /u)]);
  });
});

describe("an API that is overloaded", () => {
  it("is asked again with the same id after the time that it names, and a cell shows the error in the end", async () => {
    const problem = { code: "overloaded", title: "Busy", fix: "Wait.", retryable: true, issues: [] };
    const server = createServer((_, response) => {
      response.writeHead(503, { "content-type": "application/json", "retry-after": "2" });
      response.end(JSON.stringify(problem));
    });
    const keyed = { FLORENCE_URL: `http://127.0.0.1:${await listen(server)}`, FLORENCE_KEY: "fe_test_key" };
    const { cells, fetched, sleptMs } = await sheet({ properties: keyed, formulas: [["https://example.com/a.jpg"]] });
    server.close();
    expect(cells).toEqual(["Error: Busy (overloaded, 503). Wait."]);
    expect(sleptMs).toEqual([2000, 2000]);
    const headers = fetched.flat().map((request) => request.headers);
    expect(headers).toHaveLength(3);
    expect(new Set(headers.map((each) => each["idempotency-key"])).size).toBe(1);
    expect(new Set(headers.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer fe_test_key"]));
  });
});

describe("where answers need a key", () => {
  it("the script property pays, and without it the cell says what is missing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "google-sheets-"));
    const paid = await startMcp({ ACCOUNTS: "on", ADMIN_KEY }, folder);
    const { rich } = await openAccounts(paid.server.url);
    const formulas = [[paid.picture, "object-detection", "show=labels,charge_micro_usd"]];
    const answered = await sheet({ properties: { FLORENCE_URL: paid.api, FLORENCE_KEY: rich }, formulas });
    const refused = await sheet({ properties: { FLORENCE_URL: paid.api }, formulas });
    await paid.stop();
    await rm(folder, { recursive: true });
    expect(answered.cells).toEqual([[["snail,snail,truck,truck", expect.any(Number)]]]);
    expect(refused.cells).toEqual([[[expect.stringMatching(/, 401\)\. \S/u), ""]]]);
  });
});

it("uses Apps Script's services as their types allow", async () => {
  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout } = await promisify(execFile)(tsc, ["-p", import.meta.dirname]);
  expect(stdout).toBe("");
});
