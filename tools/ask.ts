import { readFile, writeFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { Answer } from "../src/contract/answers.ts";
import { ProblemDetails } from "../src/contract/problem-details.ts";
import { taskPath } from "../src/contract/task-operations.ts";
import { isTaskName, tasks } from "../src/florence/tasks.ts";
import { sniff } from "../src/image/sniff.ts";
import { overlaySvg } from "../src/overlay/svg.ts";
import { withProgress } from "./progress.ts";
import { describeProblem, startServer } from "./ready-server.ts";
import { readArguments, runCommand, UsageError } from "./run-command.ts";
import type { Server } from "./serve.ts";
import { table } from "./table.ts";

const usage = `Usage: npm run ask -- <picture.jpg|png> [--task object-detection] [--text "a red car"] [--labels cat --labels dog]
                  [--region x1,y1,x2,y2] [--normalized-region x1,y1,x2,y2] [--max-new-tokens 256] [--beams 1] [--json]

Tasks: ${Object.keys(tasks).join(", ")}`;

/** The folder that the user typed the command in; npm itself runs scripts in the repository's root. */
const here = process.env["INIT_CWD"] ?? process.cwd();

function question() {
  const { values, positionals } = readArguments(usage, {
    task: { type: "string", default: "object-detection" },
    text: { type: "string" },
    labels: { type: "string", multiple: true },
    region: { type: "string" },
    "normalized-region": { type: "string" },
    "max-new-tokens": { type: "string" },
    beams: { type: "string" },
    json: { type: "boolean", default: false },
  });
  const [picture, ...others] = positionals;
  if (picture === undefined || others.length > 0) throw new UsageError(usage);
  if (!isTaskName(values.task)) throw new UsageError(`There is no task ${values.task}.\n\n${usage}`);
  return { ...values, picture };
}
type Question = ReturnType<typeof question>;

function queryOf({ text, labels = [], region, beams, ...values }: Question): URLSearchParams {
  const options = {
    text,
    region,
    beams,
    normalized_region: values["normalized-region"],
    max_new_tokens: values["max-new-tokens"],
  };
  const given = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new URLSearchParams([...given, ...labels.map((label) => ["labels", label])]);
}

interface Picture {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly mediaType: string;
}

async function readPicture(path: string): Promise<Picture> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const header = sniff(bytes);
  if ("refused" in header) throw new UsageError(`${path}: ${header.reason}`);
  return { bytes, mediaType: `image/${header.format}` };
}

async function ask(server: Server, asked: Question, { bytes, mediaType }: Picture): Promise<Answer> {
  const url = new URL(`${taskPath(asked.task)}?${queryOf(asked).toString()}`, server.url);
  const response = await fetch(url, { method: "POST", headers: { "content-type": mediaType }, body: bytes });
  const body: unknown = await response.json();
  if (response.ok) return Answer.parse(body);
  throw new UsageError(describeProblem(ProblemDetails.parse(body)));
}

async function draw(answer: Answer, path: string, { bytes, mediaType }: Picture): Promise<void> {
  const file = join(here, `${basename(path, extname(path))}.${answer.task}.svg`);
  await writeFile(file, overlaySvg(answer, { dataUri: `data:${mediaType};base64,${bytes.toString("base64")}` }));
  console.log(`\nDrawn in ${file}`);
}

await runCommand(async () => {
  const asked = question();
  const path = resolve(here, asked.picture);
  const picture = await readPicture(path);
  const server = await startServer(0);
  try {
    const answer = await withProgress("Answering…", ask(server, asked, picture));
    console.log(asked.json ? JSON.stringify(answer, null, 2) : `\n${table(answer)}`);
    if (answer.type !== "text" && !asked.json) await draw(answer, path, picture);
  } finally {
    await server.stop();
  }
});
