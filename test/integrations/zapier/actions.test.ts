import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noCodeTasks } from "../../../tools/no-code/tasks.ts";
import { type Api, type PaidApi, startApi, startPaidApi } from "../compat/support/api.ts";
import { type FileServer, startFiles } from "../file-server.ts";
import { loadApp, type Tester } from "./support/app.ts";

const problem = (status: number, members: object, headers: object = {}) => ({
  status,
  headers: { "content-type": "application/problem+json", ...headers },
  body: JSON.stringify({ title: "Busy", detail: "It works.", fix: "Wait.", code: "overloaded", ...members }),
});

/** Replies at the paths of tasks: what a deployment gives on a bad day. */
const badDay = {
  "/v1/caption": problem(503, { retryable: true }, { "retry-after": "7" }),
  "/v1/detailed-caption": problem(503, { retryable: false }),
  "/v1/more-detailed-caption": { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" },
};

let [api, paid, files]: [Api?, PaidApi?, FileServer?] = [];
let tester: Tester | undefined;

beforeAll(async () => {
  [tester, api, paid, files] = await Promise.all([loadApp(), startApi(), startPaidApi(), startFiles(badDay)]);
});

afterAll(async () => {
  files?.stop();
  await Promise.all([api?.stop(), paid?.stop()]);
});

const picture = (name = "street.jpg"): string => `${files?.origin}/${name}`;

/** Runs an action with a picture, without a key. */
async function perform(name: string, inputData: object, authData: object = {}): Promise<unknown> {
  const run = tester?.app.creates[name]?.operation.perform;
  if (tester === undefined || run === undefined) throw new Error(`There is no action ${name}.`);
  const bundle = {
    authData: { baseUrl: api?.origin ?? "", ...authData },
    inputData: { image: picture(), ...inputData },
  };
  return tester.run(run, bundle);
}

/** What an action throws: its name, and what its message holds as JSON. */
async function failure(name: string, inputData: object, authData: object = {}) {
  const error: unknown = await perform(name, inputData, authData).catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error("The action has not failed.");
  return { name: error.name, ...JSON.parse(error.message) };
}

describe("the actions", () => {
  it("describes an image", async () => {
    const answer = await perform("describe", {});
    expect(answer).toMatchObject({ task: "caption", object_count: 0, id: expect.stringMatching(/^[\w-]{8,}$/u) });
    expect(answer).toMatchObject({ text: expect.stringContaining("truck") });
  });

  it("describes it at length on request", async () => {
    expect(await perform("describe", { task: "more-detailed-caption", max_new_tokens: 20 })).toMatchObject({
      task: "more-detailed-caption",
      finish_reason: "length",
    });
  });

  it("reads text", async () => {
    expect(await perform("read_text", {})).toMatchObject({ task: "ocr", answer_type: "text" });
    expect(await perform("read_text", { task: "ocr-with-region" })).toMatchObject({ answer_type: "quads" });
  });

  it("finds all objects, or the named ones", async () => {
    expect(await perform("find_objects", { max_objects: 2 })).toMatchObject({
      task: "object-detection",
      object_count: 2,
      labels: "snail,truck",
      first_label: "snail",
      first_x1: 0.32,
    });
    expect(await perform("find_objects", { labels: ["truck", ""], min_score: 0.01 })).toMatchObject({
      task: "open-vocabulary-detection",
      first_label: "truck",
    });
  });

  it.each(noCodeTasks().map(({ name, fields, example }) => ({ name, fields, example })))(
    "asks $name as any task",
    async ({ name, fields, example }) => {
      const given = fields.flatMap((field) => {
        const value = field.name === "region" ? "170,0,360,170" : field.example;
        return value === undefined ? [] : [[field.name, field.type === "texts" ? [value] : value] as const];
      });
      const answer = await perform("any_task", { task: name, ...Object.fromEntries(given) });
      expect(answer).toMatchObject({ task: name, answer_type: example["answer_type"] });
    },
  );

  it("gives what its sample and its output fields say", async () => {
    const { operation } = tester?.app.creates["find_objects"] ?? {};
    const answer = await perform("find_objects", {});
    expect(Object.keys(Object(answer))).toEqual(Object.keys(operation?.sample ?? {}));
    const told = operation?.outputFields.map(({ key }) => key) ?? [];
    expect(Object.keys(Object(answer)).filter((key) => !told.includes(key))).toEqual([]);
  });

  it("shows the fields of the chosen task", async () => {
    const fields = tester?.app.creates["any_task"]?.operation.inputFields ?? [];
    const dynamic = fields.find((field) => typeof field === "function");
    if (tester === undefined || dynamic === undefined) throw new Error("There are no dynamic fields.");
    const shown = await tester.run(dynamic, { inputData: { task: "open-vocabulary-detection" } });
    expect(shown).toMatchObject([
      { key: "labels", list: true, required: true },
      { key: "min_score", type: "number" },
      { key: "max_objects" },
      { key: "max_new_tokens" },
      { key: "beams" },
    ]);
  });
});

describe("a failed action", () => {
  it("says what is wrong with a file and what to do", async () => {
    expect(await failure("describe", { image: picture("broken.jpg") })).toMatchObject({
      name: "AppError",
      code: "unsupported-image",
      status: 415,
      message: expect.stringMatching(/\. .+\.$/u),
    });
  });

  it("says which option is wrong", async () => {
    expect(
      await failure("any_task", { task: "region-to-category", region: "0,0,9,9", normalized_region: "0,0,1,1" }),
    ).toMatchObject({ code: "invalid-request", status: 400, message: expect.stringContaining("normalized_region") });
  });

  it("says that a file cannot be downloaded", async () => {
    expect(await failure("describe", { image: picture("nowhere.jpg") })).toMatchObject({ code: "file-unreachable" });
    expect(await failure("describe", { image: "" })).toMatchObject({ code: "no-file" });
  });

  it("says that no task is chosen", async () => {
    expect(await failure("any_task", {})).toMatchObject({ code: "task-unknown" });
  });

  it("says that the answer is not the API's", async () => {
    expect(await failure("describe", { task: "more-detailed-caption" }, { baseUrl: files?.origin })).toMatchObject({
      name: "AppError",
      status: 502,
    });
    expect(await failure("describe", {}, { baseUrl: "florence" })).toMatchObject({ code: "base-url-invalid" });
  });

  it("is sent again by Zapier after Retry-After", async () => {
    expect(await failure("describe", {}, { baseUrl: files?.origin })).toMatchObject({
      name: "ThrottledError",
      delay: 7,
      message: "Busy. It works. Wait.",
    });
  });

  it("is not sent again if that cannot help", async () => {
    expect(await failure("describe", { task: "detailed-caption" }, { baseUrl: files?.origin })).toMatchObject({
      name: "AppError",
      code: "overloaded",
      status: 503,
    });
  });

  it("waits when its key has asked too often", async () => {
    const throttled = await failure("describe", {}, { baseUrl: paid?.origin, apiKey: paid?.limited });
    expect(throttled).toMatchObject({ name: "ThrottledError", delay: expect.any(Number) });
    expect(throttled.delay).toBeGreaterThan(0);
  });
});

describe("a key", () => {
  it("pays for an answer once, however often the step is run", async () => {
    const auth = { baseUrl: paid?.origin, apiKey: ` ${paid?.rich}\n` };
    expect(await perform("describe", {}, auth)).toMatchObject({ charge_micro_usd: 300 });
    expect(await perform("describe", {}, auth)).toMatchObject({ charge_micro_usd: 0 });
  });

  it("pays for a label with a comma as for one label", async () => {
    const auth = { baseUrl: paid?.origin, apiKey: paid?.rich };
    const ask = (labels: readonly string[]) => perform("find_objects", { labels }, auth);
    const one = await ask(["boat"]);
    expect(one).toMatchObject({ charge_micro_usd: expect.any(Number) });
    expect(await ask(["truck, red"])).toMatchObject({ charge_micro_usd: Object(one).charge_micro_usd });
    expect(await ask(["hat", "sun"])).toMatchObject({ charge_micro_usd: 2 * Object(one).charge_micro_usd });
  });

  it("is not told to the servers of files", async () => {
    await perform("describe", {}, { baseUrl: paid?.origin, apiKey: paid?.rich });
    expect(files?.seen.at(-1)).not.toHaveProperty("authorization");
  });

  it("is sent to the API alone, with who asks and an Idempotency-Key that a repeat has as well", async () => {
    const auth = { baseUrl: `${files?.origin}/`, apiKey: "fe_test_1" };
    await failure("describe", {}, auth);
    await failure("describe", {}, auth);
    const [first, second] = files?.seen.filter((headers) => "idempotency-key" in headers) ?? [];
    expect(first).toMatchObject({
      authorization: "Bearer fe_test_1",
      "user-agent": expect.stringMatching(/^Zapier florence-edge\/\d/u),
      "idempotency-key": expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
    expect(second?.["idempotency-key"]).toBe(first?.["idempotency-key"]);
  });
});
