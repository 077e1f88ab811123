import { readFile, writeFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Answer } from "../src/contract/answers.ts";
import { ProblemDetails } from "../src/contract/problem-details.ts";
import { sniff } from "../src/image/sniff.ts";
import { overlaySvg } from "../src/overlay/svg.ts";
import { withProgress } from "./progress.ts";
import { bundle, LOCAL_VARIABLES, type Server, serve } from "./serve.ts";
import { table } from "./table.ts";

const usage = `Usage: npm run ask -- <picture.jpg|png> [--task object-detection] [--text "a red car"] [--labels cat --labels dog]
                  [--region x1,y1,x2,y2] [--normalized-region x1,y1,x2,y2] [--max-new-tokens 256]`;

/** The folder that the user typed the command in; npm itself runs scripts in the repository's root. */
const here = process.env.INIT_CWD ?? process.cwd();

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    task: { type: "string", default: "object-detection" },
    text: { type: "string" },
    labels: { type: "string", multiple: true },
    region: { type: "string" },
    "normalized-region": { type: "string" },
    "max-new-tokens": { type: "string" },
  },
});

function taskUrl(server: Server): URL {
  const url = new URL(`/v1/${values.task}`, server.url);
  const options = { text: values.text, region: values.region, normalized_region: values["normalized-region"] };
  for (const [name, value] of Object.entries({ ...options, max_new_tokens: values["max-new-tokens"] })) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  for (const label of values.labels ?? []) url.searchParams.append("labels", label);
  return url;
}

async function ask(server: Server, bytes: Uint8Array<ArrayBuffer>): Promise<Answer> {
  const headers = { "content-type": "application/octet-stream" };
  const response = await fetch(taskUrl(server), { method: "POST", headers, body: bytes });
  const body: unknown = await response.json();
  if (response.ok) return Answer.parse(body);
  const { title, detail, fix } = ProblemDetails.parse(body);
  throw new Error(`${title}. ${detail} ${fix}`);
}

function dataUri(bytes: Buffer): string {
  const header = sniff(bytes);
  const mediaType = "format" in header ? `image/${header.format}` : "";
  return `data:${mediaType};base64,${bytes.toString("base64")}`;
}

async function main(picture: string): Promise<void> {
  const path = resolve(here, picture);
  const bytes = await readFile(path);
  const server = await withProgress(
    "Starting the API…",
    bundle().then((modules) => serve(modules, { port: 0, variables: LOCAL_VARIABLES })),
  );
  try {
    await withProgress("Loading the model…", fetch(new URL("/readyz", server.url)));
    const answer = await withProgress("Answering…", ask(server, bytes));
    console.log(`\n${table(answer)}`);
    if (answer.type === "text") return;
    const file = join(here, `${basename(path, extname(path))}.${values.task}.svg`);
    await writeFile(file, overlaySvg(answer, { dataUri: dataUri(bytes) }));
    console.log(`\nDrawn in ${file}`);
  } finally {
    await server.stop();
  }
}

const [picture, ...others] = positionals;
if (picture === undefined || others.length > 0) {
  console.error(usage);
  process.exitCode = 2;
} else {
  await main(picture).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
