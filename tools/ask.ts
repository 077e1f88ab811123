import { writeFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { Answer } from "../src/contract/answers.ts";
import { svgDrawing } from "../src/forms/svg-drawing.ts";
import { type CommandLine, parseCommandLine } from "./ask/command-line.ts";
import { askFolder } from "./ask/folder.ts";
import { ask, type Question, readImage } from "./ask/question.ts";
import { here } from "./here.ts";
import { domainOf, REAL_MODEL_HINT, startLocalApi } from "./local-api.ts";
import { prepareModel } from "./local-model.ts";
import { printStream } from "./print-stream.ts";
import { withProgress } from "./progress.ts";
import { Failure, type Lifetime, runCommand } from "./run-command.ts";
import type { Server } from "./serve.ts";
import { table } from "./table.ts";

/** No other caller waits for the server of this command, so it may decode large images, for up to 2.4 s. */
const ASK_VARIABLES = { MAX_IMAGE_PIXELS: "60000000" } as const;

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

/** Starts the API of this command. */
async function startApi(commandLine: CommandLine, lifetime: Lifetime): Promise<Server> {
  const model = await prepareModel(commandLine);
  const variables = process.env["MAX_IMAGE_PIXELS"] === undefined ? ASK_VARIABLES : {};
  return startLocalApi({ port: 0, model, provider: commandLine.provider, variables }, lifetime);
}

async function askAboutPicture(commandLine: CommandLine, lifetime: Lifetime): Promise<Server> {
  const image = await readImage(resolve(here, commandLine.file));
  const server = await startApi(commandLine, lifetime);
  const question = { server, commandLine, image };
  await show(await withProgress("Answering…", ask(question)), question);
  return server;
}

await runCommand(async (lifetime) => {
  const commandLine = parseCommandLine();
  const start = (): Promise<Server> => startApi(commandLine, lifetime);
  const server =
    commandLine.batch === undefined
      ? await askAboutPicture(commandLine, lifetime)
      : await askFolder(commandLine, start, lifetime);
  const domain = server && (await domainOf(server));
  // Not part of the answer, which may be read by another program.
  if (domain !== undefined) console.error(`\n${domain}\n${REAL_MODEL_HINT}\nHere: add --model florence-2-base`);
  await lifetime.stop();
});
