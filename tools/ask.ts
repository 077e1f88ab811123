import { readFile, writeFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { sha256 } from "../src/bytes/sha256.ts";
import { Answer } from "../src/contract/answers.ts";
import { ProblemDetails } from "../src/contract/problem-details.ts";
import { taskPath } from "../src/contract/paths.ts";
import { isTaskName, tasks } from "../src/florence/tasks.ts";
import { svgDrawing } from "../src/forms/svg-drawing.ts";
import { sniff } from "../src/image/sniff.ts";
import type { EncodedImage } from "../src/inference/backend.ts";
import { here } from "./here.ts";
import { domainOf, REAL_MODEL_HINT, startLocalApi } from "./local-api.ts";
import { prepareModel } from "./local-model.ts";
import { MODEL_USAGE, modelOptions } from "./model-options.ts";
import { printStream } from "./print-stream.ts";
import { withProgress } from "./progress.ts";
import { describeProblem } from "./ready-server.ts";
import { Failure, readArguments, runCommand, UsageError } from "./run-command.ts";
import type { Server } from "./serve.ts";
import { table } from "./table.ts";

/** No other caller waits for the server of this command, so it may decode large images, for up to 2.4 s. */
const ASK_VARIABLES = { MAX_IMAGE_PIXELS: "60000000" } as const;

const usage = `Usage: npm run ask -- <picture.jpg|png> [--task object-detection] [--text "a red car"] [--labels cat --labels dog]
                  [--region x1,y1,x2,y2] [--normalized-region x1,y1,x2,y2] [--max-new-tokens 256] [--beams 1]
                  [--min-score 0.5] [--max-objects 10] [--png] [--json] [--stream]
                  [--model florence-2-base] [--dtype fp16] [--yes]
                  [--format json|flat|raw] [--box-format xyxy|xywh|cxcywh] [--include svg_path,coco_rle]

The answer is printed as a table and drawn into an SVG file, with --png into a PNG file. --json prints it whole, and so does each option of the
last line, which a table cannot show. --stream prints what is finished while the rest is still written. Neither draws.

${MODEL_USAGE}

Tasks: ${Object.keys(tasks).join(", ")}`;

function parseCommandLine() {
  const { values, positionals } = readArguments(usage, {
    task: { type: "string", default: "object-detection" },
    text: { type: "string" },
    labels: { type: "string", multiple: true },
    region: { type: "string" },
    "normalized-region": { type: "string" },
    "max-new-tokens": { type: "string" },
    beams: { type: "string" },
    "min-score": { type: "string" },
    "max-objects": { type: "string" },
    format: { type: "string" },
    "box-format": { type: "string" },
    include: { type: "string" },
    png: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    stream: { type: "boolean", default: false },
    ...modelOptions,
  });
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError(usage);
  if (!isTaskName(values.task)) throw new UsageError(`There is no task ${values.task}.\n\n${usage}`);
  const { format, "box-format": boxFormat, include } = values;
  const isWhole = values.json || [format, boxFormat, include].some((value) => value !== undefined);
  if (values.png && (isWhole || values.stream)) throw new UsageError(`--png draws only beside the table.\n\n${usage}`);
  return { ...values, json: isWhole, file };
}
type CommandLine = ReturnType<typeof parseCommandLine>;

function queryOf({
  text,
  labels = [],
  region,
  beams,
  format,
  include,
  stream,
  ...values
}: CommandLine): URLSearchParams {
  const options = {
    text,
    region,
    beams,
    format,
    include,
    normalized_region: values["normalized-region"],
    max_new_tokens: values["max-new-tokens"],
    min_score: values["min-score"],
    max_objects: values["max-objects"],
    box_format: values["box-format"],
    stream: stream ? "true" : undefined,
  };
  const given = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new URLSearchParams([...given, ...labels.map((label) => ["labels", label])]);
}

interface ImageFile extends EncodedImage {
  readonly bytes: Buffer<ArrayBuffer>;
}

async function readImage(path: string): Promise<ImageFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const header = sniff(bytes);
  if ("refused" in header) throw new UsageError(`${path}: ${header.reason}`);
  return { ...header, bytes, digest: await sha256(bytes) };
}

interface Question {
  readonly server: Server;
  readonly commandLine: CommandLine;
  readonly image: ImageFile;
}

async function ask({ server, commandLine, image: { bytes, format } }: Question, overlay?: "png"): Promise<Response> {
  const query = queryOf(commandLine);
  if (overlay !== undefined) query.set("overlay", overlay);
  const url = new URL(`${taskPath(commandLine.task)}?${query.toString()}`, server.url);
  const response = await fetch(url, { method: "POST", headers: { "content-type": `image/${format}` }, body: bytes });
  if (response.ok) return response;
  throw new UsageError(describeProblem(ProblemDetails.parse(await response.json())));
}

async function writeOverlay(answer: Answer, question: Question): Promise<void> {
  const { png, file: path } = question.commandLine;
  const file = join(here, `${basename(path, extname(path))}.${answer.task}.${png ? "png" : "svg"}`);
  // The server has the answer in its cache, and only draws.
  const drawing = png
    ? new Uint8Array(await (await ask(question, "png")).arrayBuffer())
    : svgDrawing(answer, question.image).chunks();
  await writeFile(file, drawing).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`The drawing cannot be written (${reason}). Run this in a folder that can be, or with --json.`);
  });
  console.log(`\nDrawn in ${file}`);
}

/** Prints the answer in the requested form; writes an overlay as well if the answer is printed as a table and has objects. */
async function show(response: Response, question: Question): Promise<void> {
  const { stream, json } = question.commandLine;
  if (stream) return printStream(response, json);
  const body: unknown = await response.json();
  if (json) return console.log(JSON.stringify(body, null, 2));
  const answer = Answer.parse(body);
  console.log(`\n${table(answer)}`);
  if (answer.type !== "text") await writeOverlay(answer, question);
}

await runCommand(async (lifetime) => {
  const commandLine = parseCommandLine();
  const image = await readImage(resolve(here, commandLine.file));
  const model = await prepareModel(commandLine);
  const variables = process.env["MAX_IMAGE_PIXELS"] === undefined ? ASK_VARIABLES : {};
  const server = await startLocalApi({ port: 0, model, provider: commandLine.provider, variables }, lifetime);
  const question = { server, commandLine, image };
  await show(await withProgress("Answering…", ask(question)), question);
  const domain = await domainOf(server);
  // Not part of the answer, which may be read by another program.
  if (domain !== undefined) console.error(`\n${domain}\n${REAL_MODEL_HINT}\nHere: add --model florence-2-base`);
  await lifetime.stop();
});
