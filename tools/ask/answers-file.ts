import { appendFile, readFile } from "node:fs/promises";
import { isJsonObject } from "../../src/contract/json-object.ts";

/** What one line says besides which picture and which question. */
export interface AnswerLine {
  readonly answer: unknown;
  /** A problem of the API, or of the file. */
  readonly problem: { readonly detail: string } | null;
}

/** A file of answers, a line of JSON for each. */
export interface AnswersFile {
  readonly path: string;
  /** Whether the file answers the question about this picture. */
  readonly has: (file: string) => boolean;
  readonly add: (file: string, line: AnswerLine) => Promise<void>;
}

/** Reads a line; undefined for what is none, as the last one of a command that was stopped may be. */
function parseLine(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
}

/** Opens a file of answers, which goes on where it ended: a picture whose last line has a problem is asked about again. Rejects as the file system does. */
export async function openAnswers(path: string, question: string): Promise<AnswersFile> {
  const text = await textOf(path);
  const answered = new Set<unknown>();
  for (const line of text.split("\n").map(parseLine)) {
    if (line?.["question"] === question && line["problem"] === null) answered.add(line["file"]);
  }
  let separator = text === "" || text.endsWith("\n") ? "" : "\n";
  return {
    path,
    has: (file) => answered.has(file),
    add: async (file, line) => {
      const written = separator + JSON.stringify({ file, question, ...line });
      separator = "";
      await appendFile(path, `${written}\n`);
    },
  };
}
