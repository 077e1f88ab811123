import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openApiDocument } from "../src/contract/openapi.ts";
import type { OpenApiDocument, ResponseExamples } from "../src/contract/response-examples.ts";
import { EVENT_STREAM_MEDIA_TYPE } from "../src/contract/stream-events.ts";
import { tasks } from "../src/florence/tasks.ts";
import { updateClientPage } from "./docs/client-project.ts";
import { updatePages } from "./docs/page-answers.ts";
import { startServer } from "./ready-server.ts";
import { runCommand } from "./run-command.ts";
import { root } from "./serve.ts";

/** Where the answers lie that the document shows. */
export const EXAMPLES_PATH = join(root, "src/contract/response-examples.json");

const JSON_MEDIA_TYPE = "application/json";

type PathItem = NonNullable<OpenApiDocument["paths"]>[string];

/** Something to ask, and the name of the answer. */
interface Question {
  readonly name: string;
  readonly mediaType: string;
  readonly init: RequestInit;
}

/** What the document itself is answered with: it does not hold itself. */
const documentExample = { [JSON_MEDIA_TYPE]: { json: { openapi: "3.1.0", info: { title: "florence-edge" } } } };

/** The document's own example of a body, with these options. */
function asking(body: object, options: object): RequestInit {
  // The id shows in the problems of several tasks.
  const headers = { "content-type": JSON_MEDIA_TYPE, "x-request-id": "example" };
  return { method: "POST", headers, body: JSON.stringify({ ...body, ...options }) };
}

/** A body that the document shows for an operation. */
function exampleOf(operation: PathItem["post"]): object {
  const body = operation?.requestBody;
  const examples = body !== undefined && "content" in body ? body.content[JSON_MEDIA_TYPE]?.examples : undefined;
  const example = examples?.["base64"];
  return example !== undefined && "value" in example ? Object(example.value) : {};
}

/** What is asked at an address: of a task its answer, the flat one, and the stream. */
function questionsAt(item: PathItem): readonly Question[] {
  if (item.post === undefined) return [{ name: "json", mediaType: JSON_MEDIA_TYPE, init: {} }];
  const body = exampleOf(item.post);
  const one: Question = { name: "json", mediaType: JSON_MEDIA_TYPE, init: asking(body, {}) };
  if ("tasks" in body || "items" in body) return [one];
  return [
    one,
    { name: "flat", mediaType: JSON_MEDIA_TYPE, init: asking(body, { format: "flat" }) },
    { name: "stream", mediaType: EVENT_STREAM_MEDIA_TYPE, init: asking(body, { stream: true }) },
  ];
}

async function answersAt(url: URL, questions: readonly Question[]) {
  const answers: Record<string, Record<string, unknown>> = {};
  for (const { name, mediaType, init } of questions) {
    const response = await fetch(url, init);
    if (!response.ok) throw new Error(`${url.pathname} (${name}): ${await response.text()}`);
    const body = mediaType === JSON_MEDIA_TYPE ? await response.json() : await response.text();
    answers[mediaType] = { ...answers[mediaType], [name]: body };
  }
  return answers;
}

/** What an API answers to the examples of its own document. */
export async function requestExamples(origin: URL): Promise<ResponseExamples> {
  const rows = Object.entries(tasks).map(([name, row]) => ({ name, ...row }));
  const { paths = {} } = openApiDocument(rows, "");
  const answers: [string, ResponseExamples[string]][] = [];
  for (const [path, item] of Object.entries(paths)) {
    const url = new URL(path, origin);
    answers.push([path, path === "/openapi.json" ? documentExample : await answersAt(url, questionsAt(item))]);
  }
  return Object.fromEntries(answers);
}

if (import.meta.main) {
  await runCommand(async () => {
    const server = await startServer(0);
    await writeFile(EXAMPLES_PATH, `${JSON.stringify(await requestExamples(server.url), undefined, 1)}\n`);
    await updatePages(server.url);
    await updateClientPage(server.url);
    await server.stop();
  });
}
