import { isAccountProblem } from "../../src/contract/account-problems.ts";
import { openApiDocument } from "../../src/contract/openapi.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { isDialectProblem } from "../../src/contract/dialect-problems.ts";
import type { InputKind } from "../../src/contract/requests.ts";
import { ANALYZE_PATH, BATCH_PATH, taskPath } from "../../src/contract/paths.ts";
import { tasks } from "../../src/florence/tasks.ts";

/** What a task needs for each kind of input. */
const needs = {
  none: "",
  text: "; needs `text`",
  labels: "; needs `text`, or `labels` (a list; in a query `labels=cat&labels=dog` or `labels=cat,dog`)",
  region: "; needs `region` {x1, y1, x2, y2} in pixels, or `normalized_region` in 0..1",
} as const satisfies Readonly<Record<InputKind, string>>;

const taskLines = Object.entries(tasks).map(([name, { summary, input, answers }]) => {
  return `- \`POST ${taskPath(name)}\`: ${summary}; answers ${answers.join(" or ")}${needs[input]}`;
});

const rows = Object.entries(tasks).map(([name, row]) => ({ name, ...row }));
const parameters = openApiDocument(rows, "").paths?.[taskPath("caption")]?.post?.parameters ?? [];

/** The options that every task takes, from the OpenAPI document. */
const optionLines = parameters.flatMap((parameter) => {
  if ("$ref" in parameter || parameter.in !== "query") return [];
  const { schema = {}, name, description } = parameter;
  const choices = "enum" in schema ? ` (${schema.enum?.join(", ")})` : "";
  return [`- \`${name}\`${choices}: ${description}`];
});

/** The problems that a filter lets pass. */
function problemLines(isWanted: (code: string) => boolean): string {
  const rowsOf = Object.entries(problems).filter(([code]) => isWanted(code));
  return rowsOf.map(([code, { status, fix }]) => `- \`${code}\` (${status}): ${fix}`).join("\n");
}

function errorsText(): string {
  return `## Errors

\`application/problem+json\` with \`code\`, \`title\`, \`status\`, \`detail\`, \`fix\`, \`retryable\`, \`request_id\` and \`issues\` [{path, message}].

${problemLines((code) => !isAccountProblem(code) && !isDialectProblem(code))}

Only where the operator has turned accounts on:

${problemLines(isAccountProblem)}

## Other dialects

OpenAI's clients: base URL \`/openai/v1\` (chat completions, responses), models \`florence-2/<task>\`, or \`florence-2\` and a text that begins with a task token such as \`<OD>\`; one image; our options as extra
keys. Clients of Azure Image Analysis 4.0: the origin is the endpoint. Errors are in the dialect's shape, with our codes, and besides:

${problemLines(isDialectProblem)}`;
}

/** Returns `llms.txt`, a description of the API for language models: https://llmstxt.org. */
export function llmsText(): string {
  return `# florence-edge

> An HTTP API for the Florence-2 vision model: one image, one task name, one typed answer. No key is needed, unless the operator has turned accounts on. Any web page may call it.

Send the image as the body, with any content type, and options in the query:

    curl -H 'content-type: image/jpeg' --data-binary @street.jpg 'https://HOST/v1/object-detection?min_score=0.5'

Or send one JSON object. \`image\` is an https URL, base64, or a data URI:

    curl -H 'content-type: application/json' -d '{"image": "https://example.com/street.jpg", "text": "a truck"}' 'https://HOST/v1/caption-to-phrase-grounding'

Or a form (multipart/form-data) with one file, and options as fields. JPEG, PNG, WebP and GIF are taken. In JSON, null means that an option is not set. Bodies may be
compressed (Content-Encoding: gzip or deflate).

A file can be sent once: \`POST /v1/uploads\` answers a handle \`image\` and a \`put_url\`; PUT the file there, then send the handle as \`image\` in JSON, for an hour.

Agents: the Model Context Protocol (Streamable HTTP) is at \`/mcp\`.

## Tasks

${taskLines.join("\n")}
- \`POST ${ANALYZE_PATH}\` with \`{"image": …, "tasks": [{"task": "caption"}, {"task": "ocr"}]}\`: several tasks on one image, each with its own result
- \`POST ${BATCH_PATH}\` with \`{"items": [{"task": "caption", "image": …}]}\`: many images, each with its own result

## Options of every task

${optionLines.join("\n")}

A field that a task does not take is refused, not ignored.

## Answers

\`type\` says which: \`text\` has \`text\`; \`boxes\`, \`quads\` and \`polygons\` have \`objects\`, each with \`label\`, \`score\`, \`box\` in pixels of the image that was sent and \`normalized_box\` in 0..1,
quads with \`quad\` (four corners) and polygons with \`polygons\` (rings of points) besides. Keys are never missing. All answers have \`task\`, \`source\` {width, height}, \`model\`,
\`finish_reason\` and \`usage\`. \`format=flat\` puts everything on one level, for no-code tools. \`stream=true\` sends server-sent events: \`delta\` or \`object\`, then \`done\` with the whole answer, or \`error\`.

## Keys and prices

Where the operator has turned accounts on, \`GET /v1/pricing\` answers: send a key as \`Authorization: Bearer fe_…\`, or as \`X-API-Key\`. Amounts are micro-US-dollars (1000000 are one dollar). Where credits are sold, \`POST /v1/top-ups\` with \`{"amount": …}\` returns the \`url\` of a page on which a person pays.
Where \`/openapi.json\` lists \`x402\` in an operation's \`x-payment-info\`, a request without a key is answered with 402 and \`PAYMENT-REQUIRED\`: any client of x402 pays for the answer, or at \`/v1/top-ups\` for an account with its first key.
\`POST /v1/quote\` says what a request would cost, without a key and without the picture; \`Max-Price\` bounds what one may cost. Answers have the headers \`Charge\` and \`Balance\`. Failures are free, and so are repeats
within 24 hours: after a lost connection, send the same request again. \`GET /v1/me\` tells balance and limits, \`/v1/usage\` and \`/v1/charges\` what was charged, \`/v1/keys\` makes and ends keys.

${errorsText()}

## More

- [OpenAPI 3.1](/openapi.json): every operation with examples
- [The API as a page](/docs)
- [Errors with examples](/errors)
- [Tasks as JSON](/v1/tasks), [the model](/v1/models), [whether it can answer](/readyz)
`;
}
