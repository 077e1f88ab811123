import { readdir } from "node:fs/promises";
import { basename, extname, join, relative, resolve } from "node:path";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { here } from "../here.ts";
import { countProgress } from "../progress.ts";
import { Failure, type Lifetime, UsageError } from "../run-command.ts";
import type { Server } from "../serve.ts";
import { type AnswerLine, type AnswersFile, openAnswers } from "./answers-file.ts";
import { type CommandLine, queryOf } from "./command-line.ts";
import { readImage, send } from "./question.ts";
import { shortAnswer } from "./short-answer.ts";

/** Names of pictures. What another file is, is not looked at: a folder of photographs has other files, too. */
const PICTURE = /\.(?:jpe?g|png|webp|gif)$/iu;

/** Pictures that are asked about at once: the next is read and sent while the model works on one. */
const CONCURRENCY = 4;

/** How long to wait when the server is busy, in milliseconds: this command is its only caller, so it soon is not. */
const BUSY_MS = 500;
const TOO_BUSY: ReadonlySet<number> = new Set([429, 503]);

/** Attempts for a picture while the server is busy. */
const MAX_ATTEMPTS = 20;

async function picturesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new UsageError(`${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const files = entries.filter((entry) => entry.isFile() && PICTURE.test(entry.name));
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).toSorted();
}

/** What is asked about every picture, as a text: answers to another question do not count. */
function questionOf(commandLine: CommandLine): string {
  const query = queryOf(commandLine).toString();
  return query === "" ? commandLine.task : `${commandLine.task}?${query}`;
}

/** Asks about one picture, and returns what its line says. A file that is no picture is a line with a problem, as one that the API refuses. */
async function lineFor(file: string, { folder, server, commandLine }: Asking): Promise<AnswerLine> {
  try {
    const image = await readImage(join(folder, file));
    for (let made = 1; ; made += 1) {
      const response = await send({ server, commandLine, image });
      const body: unknown = await response.json();
      if (response.ok) return { answer: body, problem: null };
      if (!TOO_BUSY.has(response.status) || made === MAX_ATTEMPTS) {
        return { answer: null, problem: ProblemDetails.parse(body) };
      }
      await new Promise((done) => setTimeout(done, BUSY_MS));
    }
  } catch (thrown) {
    if (thrown instanceof UsageError) return { answer: null, problem: { detail: thrown.message } };
    throw thrown;
  }
}

interface Asking {
  readonly folder: string;
  readonly server: Server;
  readonly commandLine: CommandLine;
}

interface Round extends Asking {
  readonly files: readonly string[];
  readonly answers: AnswersFile;
  readonly signal: AbortSignal;
}

/** Asks about every file, a few at a time, and writes and prints each line when it is there. Returns how many have a problem. */
async function askAll({ files, answers, signal, ...asking }: Round): Promise<number> {
  const progress = countProgress(files.length);
  const waiting = files.values();
  let failed = 0;
  const worker = async (): Promise<void> => {
    for (const file of waiting) {
      if (signal.aborted) return;
      const line = await lineFor(file, asking);
      if (signal.aborted) return;
      await answers.add(file, line);
      if (line.problem !== null) failed += 1;
      progress.step(failed, `${file}: ${shortAnswer(line)}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  progress.end();
  return failed;
}

/** The file of the answers, unless it is named: of the folder's and the task's name, where the command was run. */
function outOf({ out, task }: CommandLine, folder: string): string {
  return resolve(here, out ?? `${basename(folder, extname(folder))}.${task}.jsonl`);
}

/** Asks about each picture in a folder that its file of answers does not answer yet. Returns the server; undefined if nothing was to be asked. Throws `UsageError` and `Failure`. */
export async function askFolder(
  commandLine: CommandLine,
  start: () => Promise<Server>,
  lifetime: Lifetime,
): Promise<Server | undefined> {
  const folder = resolve(here, commandLine.file);
  const all = await picturesIn(folder);
  if (all.length === 0) throw new UsageError(`There is no .jpg, .png, .webp or .gif in ${folder}.`);
  const answers = await openAnswers(outOf(commandLine, folder), questionOf(commandLine));
  const files = all.filter((file) => !answers.has(file));
  if (files.length < all.length) console.log(`${all.length - files.length} of ${all.length} are answered already.`);
  const server = files.length === 0 ? undefined : await start();
  if (server !== undefined) {
    const failed = await lifetime.during((signal) => askAll({ folder, server, commandLine, files, answers, signal }));
    console.log(`${files.length - failed} answered, ${failed} with a problem: ${answers.path}`);
    if (failed > 0) throw new Failure("Ask again for those with a problem: the same command does it.");
  } else console.log(answers.path);
  return server;
}
