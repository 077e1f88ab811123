import { tasks, isTaskName } from "../../src/florence/tasks.ts";
import { MODEL_USAGE, modelOptions } from "../model-options.ts";
import { readArguments, UsageError } from "../run-command.ts";

const usage = `Usage: npm run ask -- <picture.jpg|png> [--task object-detection] [--text "a red car"] [--labels cat --labels dog]
                  [--region x1,y1,x2,y2] [--normalized-region x1,y1,x2,y2] [--max-new-tokens 256] [--beams 1]
                  [--min-score 0.5] [--max-objects 10] [--png] [--json] [--stream]
                  [--model florence-2-base] [--dtype fp16] [--yes]
                  [--format json|flat|raw] [--box-format xyxy|xywh|cxcywh] [--include svg_path,coco_rle]
       npm run ask -- --batch <folder> [--out answers.jsonl] [the options of the task and of the model]

The answer is printed as a table and drawn into an SVG file, with --png into a PNG file. --json prints it whole, and so does each option of the
last line, which a table cannot show. --stream prints what is finished while the rest is still written. Neither draws.

--batch asks about each picture in a folder and in those below it, prints a line for each, and writes one of JSON into a file (<folder>.<task>.jsonl,
or that of --out): {"file", "question", "answer", "problem"}. The same command again asks only what that file does not answer yet.

${MODEL_USAGE}

Tasks: ${Object.keys(tasks).join(", ")}`;

/** Reads the command line. Throws `UsageError`. */
export function parseCommandLine() {
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
    batch: { type: "string" },
    out: { type: "string" },
    ...modelOptions,
  });
  const [file = values.batch, ...others] = positionals;
  if (file === undefined || others.length > 0 || (values.batch !== undefined && positionals.length > 0)) {
    throw new UsageError(usage);
  }
  if (!isTaskName(values.task)) throw new UsageError(`There is no task ${values.task}.\n\n${usage}`);
  const { format, "box-format": boxFormat, include } = values;
  const isWhole = values.json || [format, boxFormat, include].some((value) => value !== undefined);
  if (values.png && (isWhole || values.stream)) throw new UsageError(`--png draws only beside the table.\n\n${usage}`);
  if (values.batch === undefined && values.out !== undefined) {
    throw new UsageError(`--out is for --batch.\n\n${usage}`);
  }
  if (values.batch !== undefined && (values.png || values.stream || values.json)) {
    throw new UsageError(`--batch writes a file, and neither draws nor prints.\n\n${usage}`);
  }
  return { ...values, json: isWhole, file };
}

/** What was asked for. `file` is the picture, or the folder of `--batch`. */
export type CommandLine = ReturnType<typeof parseCommandLine>;

/** The options of the task, as the query has them. */
export function queryOf({
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
