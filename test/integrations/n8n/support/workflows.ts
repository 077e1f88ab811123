import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { packageFolder } from "./install.ts";
import type { N8n } from "./n8n.ts";

/** Where the examples find what they ask; in the files there are addresses that a user replaces. */
export interface Places {
  /** Of https://example.com, with the pictures. */
  readonly files: string;
  /** Of https://florence.example.com: the API. */
  readonly api: string;
}

/** A workflow to run: an example of the package, or a file of `workflows/`. */
export interface Given {
  readonly file: string;
  /** By default the file's name. */
  readonly id?: string;
  /** Texts of the file with what stands there instead. */
  readonly changes?: Readonly<Record<string, string>>;
}

const Failure = z.object({ message: z.string(), description: z.string().nullish(), httpCode: z.string().nullish() });

const Item = z.object({
  /** An object; what an agent's tool has said is a text. */
  json: z.unknown(),
  pairedItem: z.object({ item: z.int() }).optional(),
  binary: z
    .record(z.string(), z.looseObject({ mimeType: z.string(), fileName: z.string(), id: z.string() }))
    .optional(),
});

const Outputs = z.record(z.string(), z.array(z.array(Item).nullable()));

/** What `n8n execute --rawOutput` prints of a run. */
const Run = z.object({
  status: z.string(),
  data: z.object({
    resultData: z.object({
      error: Failure.optional(),
      lastNodeExecuted: z.string(),
      runData: z.record(z.string(), z.array(z.object({ executionStatus: z.string(), data: Outputs.optional() }))),
    }),
  }),
});

/** The run of a workflow. */
export interface Report {
  readonly status: string;
  readonly statuses: readonly string[];
  readonly error: z.infer<typeof Failure> | undefined;
  /** The outputs of its last node: lists of items. */
  readonly outputs: readonly (readonly z.infer<typeof Item>[])[];
}

/** n8n prints lines of a log around the run, which stands between lines with one brace each. */
function jsonIn(printed: string): unknown {
  const lines = printed.split("\n");
  const from = lines.indexOf("{");
  return JSON.parse(lines.slice(from, lines.indexOf("}", from) + 1).join("\n"));
}

const folders = [join(packageFolder, "examples"), join(import.meta.dirname, "../workflows")];

async function textOf(file: string): Promise<string> {
  const found = await Promise.allSettled(folders.map((folder) => readFile(join(folder, `${file}.json`), "utf8")));
  const [text] = found.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (text === undefined) throw new Error(`There is no workflow ${file}.`);
  return text;
}

/** Imports workflows, with the addresses of this test in place of the examples', and gives their ids. */
export async function importWorkflows(n8n: N8n, places: Places, given: readonly Given[]): Promise<void> {
  const folder = join(n8n.folder, "workflows");
  await mkdir(folder, { recursive: true });
  for (const { file, id = file, changes = {} } of given) {
    const all = {
      "https://example.com": places.files,
      "https://florence.example.com": places.api,
      [`"id": "${file}"`]: `"id": "${id}"`,
      ...changes,
    };
    const replaced = Object.entries(all).reduce((text, [from, to]) => text.replaceAll(from, to), await textOf(file));
    await writeFile(join(folder, `${id}.json`), replaced);
  }
  await n8n.command("import:workflow", "--separate", `--input=${folder}`);
}

/** Imports the credentials that the examples name, with these values. */
export async function importCredentials(
  n8n: N8n,
  values: Readonly<Record<string, { baseUrl: string; apiKey: string; webhookSecret?: string }>>,
) {
  const file = join(n8n.folder, "credentials.json");
  const list = Object.entries(values).map(([id, data]) => ({ id, name: id, type: "florenceEdgeApi", data }));
  await writeFile(file, JSON.stringify(list));
  await n8n.command("import:credentials", `--input=${file}`);
}

/** Returns what a run of n8n says of itself. */
export function reportOf(run: unknown): Report {
  const { status, data } = Run.parse(run);
  const { error, lastNodeExecuted, runData } = data.resultData;
  const runs = Object.values(runData).flat();
  const main = runData[lastNodeExecuted]?.[0]?.data?.["main"] ?? [];
  return {
    status,
    statuses: runs.map(({ executionStatus }) => executionStatus),
    error,
    outputs: main.map((items) => items ?? []),
  };
}

/** Runs a workflow that was imported. */
export async function execute(n8n: N8n, id: string): Promise<Report> {
  return reportOf(jsonIn(await n8n.command("execute", `--id=${id}`, "--rawOutput")));
}
