import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openApiDocument } from "../src/contract/openapi.ts";
import type { OpenApiDocument, ResponseExamples } from "../src/contract/response-examples.ts";
import { EVENT_STREAM_MEDIA_TYPE } from "../src/contract/media-types.ts";
import { JOBS_PATH, WEBHOOKS_PATH } from "../src/contract/paths.ts";
import { UPLOADS_PATH } from "../src/contract/uploads.ts";
import { tasks } from "../src/florence/tasks.ts";
import { updateClientPage } from "./docs/client-project.ts";
import { updatePages } from "./docs/page-answers.ts";
import { startServer } from "./ready-server.ts";
import { runCommand } from "./run-command.ts";
import { root } from "./serve.ts";

/** The file of the answers that the OpenAPI document shows. */
export const EXAMPLES_PATH = join(root, "src/contract/response-examples.json");

const JSON_MEDIA_TYPE = "application/json";

type PathItem = NonNullable<OpenApiDocument["paths"]>[string];

/** A request, and the name of its example answer. */
interface ExampleRequest {
  readonly name: string;
  readonly mediaType: string;
  readonly init: RequestInit;
}

/** The example answer of the document's own path, shortened: the document does not contain itself. */
const documentExample = { [JSON_MEDIA_TYPE]: { json: { openapi: "3.1.0", info: { title: "florence-edge" } } } };

/** A POST of the document's example body with these options added. */
function postOf(body: object, options: object): RequestInit {
  // Fixed, because the id appears in the problems of analyze and batch.
  const headers = { "content-type": JSON_MEDIA_TYPE, "x-request-id": "example" };
  return { method: "POST", headers, body: JSON.stringify({ ...body, ...options }) };
}

/** The example body that the document shows for an operation. */
function exampleOf(operation: PathItem["post"]): object {
  const body = operation?.requestBody;
  const examples = body !== undefined && "content" in body ? body.content[JSON_MEDIA_TYPE]?.examples : undefined;
  const example = examples?.["base64"];
  return example !== undefined && "value" in example ? Object(example.value) : {};
}

/** The requests for one path. A task gets three: the JSON answer, the flat one and the stream. */
function requestsAt(item: PathItem): readonly ExampleRequest[] {
  if (item.post === undefined) return [{ name: "json", mediaType: JSON_MEDIA_TYPE, init: {} }];
  const body = exampleOf(item.post);
  const one: ExampleRequest = { name: "json", mediaType: JSON_MEDIA_TYPE, init: postOf(body, {}) };
  if ("tasks" in body || "items" in body) return [one];
  return [
    one,
    { name: "flat", mediaType: JSON_MEDIA_TYPE, init: postOf(body, { format: "flat" }) },
    { name: "stream", mediaType: EVENT_STREAM_MEDIA_TYPE, init: postOf(body, { stream: true }) },
  ];
}

async function answersAt(url: URL, requests: readonly ExampleRequest[]) {
  const answers: Record<string, Record<string, unknown>> = {};
  for (const { name, mediaType, init } of requests) {
    const response = await fetch(url, init);
    if (!response.ok) throw new Error(`${url.pathname} (${name}): ${await response.text()}`);
    const body = mediaType === JSON_MEDIA_TYPE ? await response.json() : await response.text();
    answers[mediaType] = { ...answers[mediaType], [name]: body };
  }
  return answers;
}

/** Paths whose replies have random ids: their examples are in the contract. */
const ANSWERED_BY_CONTRACT = [UPLOADS_PATH, JOBS_PATH, WEBHOOKS_PATH];

/** Sends the example requests of the OpenAPI document to an API and returns its answers. */
export async function requestExamples(origin: URL): Promise<ResponseExamples> {
  const rows = Object.entries(tasks).map(([name, row]) => ({ name, ...row }));
  const { paths = {} } = openApiDocument(rows, "");
  const answers: [string, ResponseExamples[string]][] = [];
  const asked = Object.entries(paths).filter(([path]) => !ANSWERED_BY_CONTRACT.some((begin) => path.startsWith(begin)));
  for (const [path, item] of asked) {
    const url = new URL(path, origin);
    answers.push([path, path === "/openapi.json" ? documentExample : await answersAt(url, requestsAt(item))]);
  }
  return Object.fromEntries(answers);
}

if (import.meta.main) {
  await runCommand(async (lifetime) => {
    const server = await startServer({ port: 0 }, lifetime);
    await writeFile(EXAMPLES_PATH, `${JSON.stringify(await requestExamples(server.url), undefined, 1)}\n`);
    // Loaded now, since what is generated for tools without code shows these answers.
    const { writePages } = await import("./docs.ts");
    await writePages();
    await updatePages(server.url);
    await updateClientPage(server.url);
    await lifetime.stop();
  });
}
