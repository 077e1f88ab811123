import { describe, expect, it } from "vitest";
import { MAX_MESSAGE_JSON_BYTES, inferJson, streamJson } from "../../src/serving/body.ts";
import { errorOf, servingApp } from "../support/serving-app.ts";

const MAX_ERROR_CHARACTERS = 4000;
const LONG = "\u{1F600}".repeat(1_000_000);
const LONG_ASCII = "n".repeat(60_000);
const INFER = "/v2/models/florence2/infer";
const STREAM = "/v2/models/florence2/generate_stream";

/** A valid input of an infer request. */
const input = { name: "prompt", datatype: "BYTES", shape: [1], data: ["a"] };

async function post(path: string, body: BodyInit, headers: Record<string, string> = {}) {
  const { app, ran, admission } = await servingApp();
  const response = await app.request(path, { method: "POST", body, headers });
  expect([ran, admission.inFlight]).toEqual([[], 0]);
  return response;
}

describe("an error of the backend is short, whatever was sent", () => {
  it.each<[string, string, unknown]>([
    ["an input's name", INFER, { inputs: [{ ...input, name: LONG }] }],
    [
      "two inputs of one name",
      INFER,
      {
        inputs: [
          { ...input, name: LONG },
          { ...input, name: LONG },
        ],
      },
    ],
    ["a datatype", INFER, { inputs: [{ ...input, datatype: LONG }] }],
    ["a size", INFER, { inputs: [{ ...input, shape: [LONG] }] }],
    ["many sizes", INFER, { inputs: [{ ...input, shape: Array.from({ length: 64 }, () => 1) }] }],
    ["data", INFER, { inputs: [{ ...input, data: LONG }] }],
    ["a parameter's name", INFER, { inputs: [input], parameters: { [LONG]: LONG } }],
    ["a parameter's value", INFER, { inputs: [input], parameters: { early_stopping: LONG } }],
    ["an input's parameter", INFER, { inputs: [{ ...input, parameters: { binary_data_size: LONG } }] }],
    ["an output", INFER, { inputs: [input], outputs: [{ name: LONG }] }],
    ["an output's parameters", INFER, { inputs: [input], outputs: [{ name: "text", parameters: LONG }] }],
    ["no object", INFER, LONG],
    ["a text", STREAM, { text_input: [[LONG]] }],
    ["texts", STREAM, { text_input: Array.from({ length: 500 }, () => 1) }],
    ["an image", STREAM, { text_input: "a", image: LONG }],
    ["a digest", STREAM, { text_input: "a", image_digest: LONG }],
    ["a number", STREAM, { text_input: "a", max_new_tokens: LONG, num_beams: LONG }],
    ["a parameter", STREAM, { text_input: "a", parameters: { [LONG]: null } }],
    [
      "parameters",
      STREAM,
      {
        text_input: "a",
        parameters: Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`${at}${LONG_ASCII}`, null])),
      },
    ],
    ["a rule", STREAM, { text_input: "a", parameters: { early_stopping: LONG } }],
    ["a model", `/v2/models/${LONG_ASCII}/infer`, {}],
    ["a version", `/v2/models/florence2/versions/${LONG_ASCII}/infer`, {}],
    ["a path", `/v2/${LONG_ASCII}`, {}],
  ])("as %s", async (_name, path, message) => {
    const response = await post(path, JSON.stringify(message));
    expect(response.status).toBeGreaterThanOrEqual(400);
    const text = await response.text();
    expect([text.length < MAX_ERROR_CHARACTERS, text.isWellFormed()]).toEqual([true, true]);
  });

  it("as a header", async () => {
    const headers = { "content-encoding": LONG_ASCII, "inference-header-content-length": LONG_ASCII };
    for (const [name, value] of Object.entries(headers)) {
      // oxlint-disable-next-line no-await-in-loop -- two
      expect((await (await post(INFER, "{}", { [name]: value })).text()).length).toBeLessThan(MAX_ERROR_CHARACTERS);
    }
  });
});

/** JSON of one piece repeated, enough of it to exceed every limit. */
const filled = (start: string, piece: string, end: string) => start + piece.repeat(6_000_000 / piece.length) + end;

describe("a body of nothing but structure is refused at once", () => {
  it.each([
    ["numbers as texts", STREAM, filled('{"text_input":[', "1,", "1]}")],
    ["empty texts", STREAM, filled('{"text_input":[', '"",', '""]}')],
    ["parameters", STREAM, filled('{"text_input":"a","parameters":{', '"a":1,', '"a":1}}')],
    ["unknown lists", STREAM, filled('{"text_input":"a","x":[', "[],", "[]]}")],
    ["depth", STREAM, filled("", "[", "")],
    ["integers", INFER, filled('{"inputs":[{"name":"prompt","datatype":"INT32","shape":[1],"data":[', "1,", "1]}]}")],
    [
      "empty elements",
      INFER,
      filled('{"inputs":[{"name":"prompt","datatype":"BYTES","shape":[1],"data":[', '"",', '""]}]}'),
    ],
    ["outputs", INFER, filled('{"inputs":[],"outputs":[', "1,", "1]}")],
    ["inputs", INFER, filled('{"inputs":[', "{},", "{}]}")],
    ["names", INFER, filled("{", '"a":1,', '"a":1}')],
    ["depth", INFER, filled("", "[", "")],
    ["one long number in INT64", INFER, filled('{"INT64":', "1", "}")],
    ["quotes in a text", INFER, filled('{"inputs":"', '\\"', '"}')],
    ["spaces", INFER, filled('{"inputs":[', " ", "]}")],
  ])("%s at %s", async (_name, path, body) => {
    const begun = performance.now();
    expect(await errorOf(await post(path, body))).toEqual([400, "invalid-request"]);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it.each([
    ["infer", INFER],
    ["generate_stream", STREAM],
  ])("and JSON above its maximum length, whether binary data could be larger or not: %s", async (_name, path) => {
    expect(await errorOf(await post(path, " ".repeat(MAX_MESSAGE_JSON_BYTES + 1)))).toEqual([413, "body-too-large"]);
    const head = { "inference-header-content-length": String(MAX_MESSAGE_JSON_BYTES + 1) };
    expect(await errorOf(await post(path, " ".repeat(MAX_MESSAGE_JSON_BYTES + 2), head))).toEqual([
      413,
      "body-too-large",
    ]);
  });

  it.each([
    ["at the limit of elements", inferJson.commas, 200],
    ["one above", inferJson.commas + 1, 400],
  ])("and a tensor of integers %s", async (_name, commas) => {
    // The input does not exist, so that both are refused: by its name only if the JSON was parsed.
    const tensor = `{"name":"other","datatype":"INT32","shape":[${commas - 2}],"data":[${"1,".repeat(commas - 3)}1]}`;
    const { error } = JSON.parse(await (await post(INFER, `{"inputs":[${tensor}]}`)).text());
    expect(String(error).includes("other")).toBe(commas <= inferJson.commas);
  });

  it("has limits above what a valid request needs", () => {
    expect(inferJson.commas).toBeGreaterThan(3 * 768 * 768);
    expect(streamJson.commas).toBeGreaterThan(2 * 128);
  });
});
