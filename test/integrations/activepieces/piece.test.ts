import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noCodeTasks } from "../../../tools/no-code/tasks.ts";
import { type Api, type PaidApi, PICTURE, startApi, startPaidApi } from "../compat/support/api.ts";
import { type FileServer, startFiles } from "../file-server.ts";
import { loadPiece } from "./support/piece.ts";

const { piece, framework } = loadPiece();

const problem = (status: number, members: object, headers: object = {}) => ({
  status,
  headers: { "content-type": "application/problem+json", ...headers },
  body: JSON.stringify({ title: "Busy", detail: "It works.", fix: "Wait.", code: "overloaded", ...members }),
});

/** Replies at the paths of tasks: what a deployment gives on a bad day. */
const badDay = {
  "/v1/caption": problem(503, { retryable: true }, { "retry-after": "0" }),
  "/v1/detailed-caption": problem(503, { retryable: true }, { "retry-after": "3600" }),
  "/v1/ocr": problem(503, { retryable: false }, { "retry-after": "0" }),
  "/v1/more-detailed-caption": { status: 502, headers: { "content-type": "text/html" }, body: "<h1>Bad gateway</h1>" },
};

let [api, paid, files]: [Api?, PaidApi?, FileServer?] = [];
let picture: Buffer = Buffer.alloc(0);

beforeAll(async () => {
  [picture, api, paid, files] = await Promise.all([readFile(PICTURE), startApi(), startPaidApi(), startFiles(badDay)]);
});

afterAll(async () => {
  files?.stop();
  await Promise.all([api?.stop(), paid?.stop()]);
});

/** Runs an action with the picture, as a flow does. */
async function run(name: string, values: object = {}, connection: object = {}): Promise<unknown> {
  const action = piece.getAction(name);
  if (action === undefined) throw new Error(`There is no action ${name}.`);
  const image = new framework.ApFile("street.jpg", picture, "jpg");
  const context = framework.createMockActionContext({ propsValue: { image, ...values } });
  return action.run({ ...context, auth: { type: "CUSTOM_AUTH", props: { baseUrl: api?.origin, ...connection } } });
}

const failure = (name: string, values: object = {}, connection: object = {}): Promise<string> =>
  run(name, values, connection).then(
    () => "",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );

/** How many requests a bad day's API has had for a step. */
async function requestsOf(name: string, values: object): Promise<number> {
  const before = files?.seen.length ?? 0;
  expect(await failure(name, values, { baseUrl: files?.origin })).not.toBe("");
  return (files?.seen.length ?? 0) - before;
}

describe("the piece", () => {
  it("has metadata that the framework's schemas take", () => {
    const { actions, displayName, categories } = piece.metadata();
    expect([displayName, categories]).toEqual(["Florence Edge", ["ARTIFICIAL_INTELLIGENCE"]]);
    expect(Object.values(actions).map((action) => action.displayName)).toEqual([
      "Describe",
      "Read Text",
      "Find Objects",
      "Any Task",
    ]);
    const { props, outputSchema, aiMetadata, errorHandlingOptions } = framework.ActionBase.shape;
    for (const action of Object.values(actions)) {
      // The schema of lists asks for members, which the framework's types, and pieces of its own, leave out.
      const known = Object.entries(action.props).filter(([, { type }]) => type !== "ARRAY");
      expect(props.safeParse(Object.fromEntries(known)).success).toBe(true);
      expect(outputSchema.safeParse(action.outputSchema).success).toBe(true);
      expect(aiMetadata.safeParse(action.aiMetadata).success).toBe(true);
      expect(errorHandlingOptions.safeParse(action.errorHandlingOptions).success).toBe(true);
    }
    expect(props.safeParse({ image: { type: "FILE" } }).success).toBe(false);
  });

  it("offers the fields of the chosen task", async () => {
    const { task, options } = piece.getAction("any_task")?.props ?? {};
    expect(task).toMatchObject({ type: "STATIC_DROPDOWN", required: true });
    const shown = await options?.props?.({ task: "open-vocabulary-detection" }, {});
    expect(shown).toMatchObject({
      labels: { type: "ARRAY", required: true },
      min_score: { type: "NUMBER", required: false },
    });
    expect(await options?.props?.({}, {})).toEqual({});
  });
});

describe("the actions", () => {
  it("describes an image", async () => {
    const answer = await run("describe");
    expect(answer).toMatchObject({ task: "caption", text: expect.stringContaining("truck") });
    expect(answer).toMatchObject({ id: expect.stringMatching(/^[\w-]{8,}$/u) });
    const told = piece.getAction("describe")?.outputSchema.fields.map(({ key }) => key) ?? [];
    expect(Object.keys(Object(answer)).filter((key) => !told.includes(key))).toEqual([]);
  });

  it("describes it at length on request", async () => {
    expect(await run("describe", { task: "more-detailed-caption", max_new_tokens: 20 })).toMatchObject({
      task: "more-detailed-caption",
      finish_reason: "length",
    });
  });

  it("reads text", async () => {
    expect(await run("read_text")).toMatchObject({ task: "ocr", answer_type: "text" });
    expect(await run("read_text", { task: "ocr-with-region" })).toMatchObject({ answer_type: "quads" });
  });

  it("finds all objects, or the named ones", async () => {
    expect(await run("find_objects", { max_objects: 2, labels: [] })).toMatchObject({
      task: "object-detection",
      labels: "snail,truck",
      first_x1: 0.32,
    });
    expect(await run("find_objects", { labels: ["truck", ""], min_score: 0.01 })).toMatchObject({
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
      const answer = await run("any_task", { task: name, options: Object.fromEntries(given) });
      expect(answer).toMatchObject({ task: name, answer_type: example["answer_type"] });
    },
  );
});

describe("a failed action", () => {
  it("says what is wrong and what to do, with the code and the status", async () => {
    const image = new framework.ApFile("broken.jpg", Buffer.from("no image"));
    expect(await failure("describe", { image })).toMatch(/\. .+\. \(unsupported-image, status 415\)$/u);
    expect(await failure("find_objects", { min_score: 2 })).toMatch(/min_score.*\(invalid-request, status 400\)$/u);
  });

  it("says that no task is chosen, and that the base URL is none", async () => {
    expect(await failure("any_task")).toContain("Task");
    expect(await failure("describe", {}, { baseUrl: "florence" })).toContain("base URL");
    expect(await failure("describe", {}, { baseUrl: "http://127.0.0.1:1" })).toContain("http://127.0.0.1:1");
    expect(await failure("describe", { task: "more-detailed-caption" }, { baseUrl: files?.origin })).toContain("502");
  });

  it("is sent again if that can help, and soon", async () => {
    expect(await requestsOf("describe", { task: "caption" })).toBe(3);
    expect(await requestsOf("describe", { task: "detailed-caption" })).toBe(1);
    expect(await requestsOf("describe", { task: "more-detailed-caption" })).toBe(1);
    expect(await requestsOf("read_text", { task: "ocr" })).toBe(1);
  });
});

describe("a key", () => {
  it("pays for an answer once, however often the step is run", async () => {
    const connection = { baseUrl: paid?.origin, apiKey: paid?.rich };
    expect(await run("describe", {}, connection)).toMatchObject({ charge_micro_usd: 300 });
    expect(await run("describe", {}, connection)).toMatchObject({ charge_micro_usd: 0 });
  });

  it("is sent with who asks, and an Idempotency-Key that all tries have", async () => {
    await failure("describe", {}, { baseUrl: `${files?.origin}/`, apiKey: " fe_test_1\n" });
    const tries = files?.seen.filter((headers) => "idempotency-key" in headers) ?? [];
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map((headers) => headers["idempotency-key"])).size).toBe(1);
    expect(tries[0]).toMatchObject({
      authorization: "Bearer fe_test_1",
      "user-agent": expect.stringMatching(/^Activepieces florence-edge\/\d/u),
      "idempotency-key": expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
  });
});

describe("a connection", () => {
  const connect = (auth: object) => piece.auth.validate({ auth });

  it("is valid to an open API without a key, and to one with accounts with a key", async () => {
    expect(await connect({ baseUrl: api?.origin })).toEqual({ valid: true });
    expect(await connect({ baseUrl: `${paid?.origin}/`, apiKey: paid?.rich })).toEqual({ valid: true });
  });

  it.each([
    ["no key", () => "", "key-missing"],
    ["a revoked key", () => paid?.revoked ?? "", "key-revoked"],
    ["a key that is none", () => "secret", "key-invalid"],
  ])("with %s is not valid to an API with accounts", async (_, key, code) => {
    const { valid, error } = await connect({ baseUrl: paid?.origin, apiKey: key() });
    expect([valid, error]).toEqual([false, expect.stringContaining(`(${code}, status 401)`)]);
  });

  it("is not valid where nothing answers", async () => {
    expect(await connect({ baseUrl: "http://127.0.0.1:1" })).toMatchObject({ valid: false });
  });
});
