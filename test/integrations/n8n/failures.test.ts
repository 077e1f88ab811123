import * as z from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { badDay } from "../no-code/bad-day.ts";
import { startWorld, type World } from "../no-code/world.ts";
import { type N8n, openN8n } from "./support/n8n.ts";
import { execute, type Given, importCredentials, importWorkflows } from "./support/workflows.ts";

const OPEN = "florenceEdge0001";

/** Asks another task with another credential than the example does, for the full answer: then the address has no query. */
const asks = (id: string, credential: string, task = "caption"): Given => ({
  file: "file",
  id,
  changes: { [OPEN]: credential, '"find"': '"describe"', '"object-detection"': `"${task}", "return": "full"` },
});

const workflows: readonly Given[] = [
  { file: "file", id: "broken", changes: { "/street.jpg": "/broken.jpg" } },
  { file: "go-on-after-errors" },
  { file: "go-on-after-errors", id: "go-on-in-place", changes: { continueErrorOutput: "continueRegularOutput" } },
  asks("busy", "badDay0000000001"),
  asks("busy-for-an-hour", "badDay0000000001", "detailed-caption"),
  asks("proxy", "badDay0000000001", "more-detailed-caption"),
  { file: "file", id: "paid", changes: { [OPEN]: "paid000000000001" } },
  asks("no-such-key", "wrong00000000001"),
  asks("nobody", "nobody0000000001"),
];

let [n8n, world]: [N8n?, World?] = [];
beforeAll(async () => {
  [n8n, world] = await Promise.all([openN8n(), startWorld()]);
  const { api, paid, files } = world;
  await importCredentials(n8n, {
    [OPEN]: { baseUrl: api.origin, apiKey: "" },
    badDay0000000001: { baseUrl: files.origin, apiKey: "" },
    paid000000000001: { baseUrl: paid.origin, apiKey: ` ${paid.rich}\n` },
    wrong00000000001: { baseUrl: paid.origin, apiKey: "fe_test_wrong" },
    nobody0000000001: { baseUrl: "http://127.0.0.1:1", apiKey: "" },
  });
  await importWorkflows(n8n, { files: files.origin, api: api.origin }, workflows);
});
afterAll(async () => {
  await Promise.all([n8n?.stop(), world?.stop()]);
});

const Problem = z.looseObject({ title: z.string(), fix: z.string(), code: z.string(), status: z.int() });

const Pricing = z.object({ tasks: z.array(z.object({ task: z.string(), price: z.int() })) });

/** What the API itself says of a file that is no image. */
async function ownProblem() {
  const url = new URL("/v1/object-detection", world?.api.origin);
  const init = { method: "POST", headers: { "content-type": "application/octet-stream" }, body: "no image" };
  return Problem.parse(await (await fetch(url, init)).json());
}

/** Runs a workflow, and counts the requests that the server of files and bad days has got. */
async function run(id: string) {
  if (n8n === undefined || world === undefined) throw new Error("n8n is not there.");
  const before = world.files.seen.length;
  const report = await execute(n8n, id);
  // The first one was for the picture.
  return { ...report, asked: world.files.seen.slice(before + 1) };
}

describe("in n8n, a question that fails", () => {
  it("ends the workflow with the API's title and what to do", async () => {
    const { title, fix, code, status } = await ownProblem();
    const { status: ended, error } = await run("broken");
    expect([ended, error?.message, error?.httpCode]).toEqual(["error", title, String(status)]);
    expect(error?.description).toContain(fix);
    expect(error?.description).toContain(code);
  });

  it("goes to the error output, with the others answered", async () => {
    const { title, fix } = await ownProblem();
    const { status, outputs } = await run("go-on-after-errors");
    const [answered, failed] = outputs;
    expect(status).toBe("success");
    expect(answered).toMatchObject([{ json: { task: "object-detection", object_count: 4 }, pairedItem: { item: 1 } }]);
    const message: unknown = expect.stringContaining(fix);
    expect(failed).toMatchObject([{ json: { error: title, message }, pairedItem: { item: 0 } }]);
  });

  it("stands in place of the answer, with Continue On Fail", async () => {
    const { title } = await ownProblem();
    const { status, outputs } = await run("go-on-in-place");
    expect(status).toBe("success");
    expect(outputs).toMatchObject([
      [
        { json: { error: title }, pairedItem: { item: 0 } },
        { json: { object_count: 4 }, pairedItem: { item: 1 } },
      ],
    ]);
  });
});

describe("in n8n, an API that does not answer", () => {
  it("is asked again as often as it says that this helps, without a key and by the node's name", async () => {
    const { error, asked } = await run("busy");
    expect([error?.message, error?.httpCode, asked.length]).toEqual(["Busy", "503", 3]);
    expect(asked[0]?.["user-agent"]).toMatch(/^n8n-nodes-florence-edge\/\d+\.\d+\.\d+$/u);
    expect(asked[0]?.authorization).toBeUndefined();
  });

  it("is not waited for an hour", async () => {
    const { error, asked } = await run("busy-for-an-hour");
    expect([error?.message, asked.length]).toEqual(["Busy", 1]);
  });

  it("but for a proxy before it, says to check the address", async () => {
    const { error, asked } = await run("proxy");
    const { status } = badDay["/v1/more-detailed-caption"];
    expect([error?.httpCode, asked.length]).toEqual([String(status), 3]);
    expect(error?.description).toContain("Base URL");
  });

  it("and is not there, is n8n's own error", async () => {
    expect((await run("nobody")).error?.message).toContain("refused");
  });
});

describe("in n8n, a key", () => {
  it("pays for the answer, and may have been copied with spaces", async () => {
    const list = Pricing.parse(await (await fetch(new URL("/v1/pricing", world?.paid.origin))).json());
    const price = list.tasks.find(({ task }) => task === "object-detection")?.price;
    const { status, outputs } = await run("paid");
    expect(status).toBe("success");
    expect(outputs).toMatchObject([[{ json: { object_count: 4, charge_micro_usd: price } }]]);
  });

  it("that is none is the API's problem", async () => {
    const { error } = await run("no-such-key");
    expect(error?.description).toContain("key-invalid");
    expect(error?.httpCode).toBe("401");
  });
});
