import { describe, expect, it } from "vitest";
import { operations } from "../../src/contract/operations.ts";
import { ANALYZE_PATH, BATCH_PATH, taskPath } from "../../src/contract/paths.ts";
import { fakeApp, fakeTasks } from "../support/fake-service.ts";

/** Maximum length of an error, in characters: its fixed texts, and excerpts of what was sent. */
const MAX_ERROR_CHARACTERS = 4000;

/** What a body may contain, and what a URL and a header may. Pairs of surrogates, so that a cut in half shows. */
const LONG = "\u{1F600}".repeat(5000);
const MEGABYTES = "\u{1F600}".repeat(1_000_000);
const LONG_ASCII = "n".repeat(60_000);

const JSON_TYPE = "application/json";
const paths = [...fakeTasks.map(({ name }) => taskPath(name)), ANALYZE_PATH, BATCH_PATH];
const gets = Object.values(operations).map(({ path }) => path);

/** The names of all options, and one that no task has. */
const names = [
  ..."image text labels region normalized_region max_new_tokens beams min_score max_objects box_format include format".split(
    " ",
  ),
  ..."compat overlay overlay_image stream tasks items task unknown".split(" "),
];

/** Every place of a JSON body where a text may be: as a value, in a list, in an object, and as a name. */
const jsonBodies = [
  MEGABYTES,
  [MEGABYTES],
  { [MEGABYTES]: 1 },
  ...names.flatMap((name) => [
    { image: "QUJD", [name]: LONG },
    { image: "QUJD", [name]: [LONG] },
    { image: "QUJD", [name]: { [LONG]: LONG } },
    { image: "QUJD", [name]: [{ [LONG]: 1, task: LONG }] },
  ]),
  { image: "QUJD", tasks: [{ task: "caption", [LONG]: 1 }] },
  { image: "QUJD", tasks: [{ task: "n".repeat(100) }] },
  { items: [{ task: "caption", image: { url: LONG } }] },
].map((value) => JSON.stringify(value));

const B = "--b\r\n";
const disposition = "content-disposition: form-data;";
const forms = [
  `${B}${disposition} name="${"n".repeat(3000)}"\r\n\r\n${LONG}\r\n--b--\r\n`,
  `${B}${disposition} name="labels"\r\ncontent-type: text/plain; charset=${"n".repeat(3000)}\r\n\r\n${LONG}\r\n--b--\r\n`,
  `${B}${disposition} name="text"\r\n\r\n${LONG}\r\n--b--\r\n`,
  LONG,
];

/** The text of a response, with what is wrong with it; nothing if it is short and whole. */
async function errorOf(
  path: string,
  init: RequestInit,
): Promise<{ readonly text: string; readonly wrong: readonly string[] }> {
  const { app } = fakeApp();
  const response = await app.request(path, { method: "POST", ...init });
  const text = await response.text();
  const isFine = text.length < MAX_ERROR_CHARACTERS && text.isWellFormed();
  return { text, wrong: isFine ? [] : [`${response.status} ${path.slice(0, 100)}: ${text.slice(0, 100)}`] };
}

const post = (body: string, type: string): RequestInit => ({ body, headers: { "content-type": type } });

describe("an error is short, whatever was sent", () => {
  it.each(paths)("in the JSON of %s", async (path) => {
    for (const body of jsonBodies) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await errorOf(path, post(body, JSON_TYPE))).wrong).toEqual([]);
    }
  });

  it.each(paths)("in the form, the URL and the headers of %s", async (path) => {
    const queries = names.flatMap((name) => [
      `${name}=${LONG_ASCII}`,
      `${name}${LONG_ASCII}=1`,
      `${name}[${LONG_ASCII}]=1`,
    ]);
    const requests: readonly (readonly [string, RequestInit])[] = [
      ...forms.map((body) => [path, post(body, "multipart/form-data; boundary=b")] as const),
      ...names.map((name) => [path, post(`${name}=${LONG_ASCII}`, "application/x-www-form-urlencoded")] as const),
      [path, post(`${LONG_ASCII}=1`, "application/x-www-form-urlencoded")],
      ...queries.map((query) => [`${path}?${query}`, post("x", "image/png")] as const),
      [path, post("x", LONG_ASCII)],
      [path, post("x", `multipart/form-data; boundary=${LONG_ASCII}`)],
      [path, { body: "x", headers: { "content-encoding": LONG_ASCII } }],
      [path, { body: "x", headers: { "x-request-id": LONG_ASCII, traceparent: LONG_ASCII } }],
      [`${path}/${LONG_ASCII}`, {}],
      [`${path}${LONG_ASCII}`, {}],
      [path, { method: "PATCH" }],
    ];
    for (const [url, init] of requests) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await errorOf(url, init)).wrong).toEqual([]);
    }
  });

  it.each(gets)("in the path after %s", async (path) => {
    for (const suffix of [LONG_ASCII, `/${LONG_ASCII}`, `/${"%F0%9F%98%80".repeat(5000)}`]) {
      // oxlint-disable-next-line no-await-in-loop -- a few
      const { text, wrong } = await errorOf(`${path}${suffix}`, { method: "GET" });
      expect(text).toContain('"status":404');
      expect(wrong).toEqual([]);
    }
  });
});
