import { readFile } from "node:fs/promises";
import { sha256 } from "../../src/bytes/sha256.ts";
import { taskPath } from "../../src/contract/paths.ts";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { sniff } from "../../src/image/sniff.ts";
import type { EncodedImage } from "../../src/inference/backend.ts";
import { describeProblem } from "../ready-server.ts";
import { UsageError } from "../run-command.ts";
import type { Server } from "../serve.ts";
import { type CommandLine, queryOf } from "./command-line.ts";

/** A picture on this machine. */
export interface ImageFile extends EncodedImage {
  readonly bytes: Buffer<ArrayBuffer>;
}

/** Reads a picture. Throws `UsageError` for a file that is none, before anything is asked. */
export async function readImage(path: string): Promise<ImageFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const header = sniff(bytes);
  if ("refused" in header) throw new UsageError(`${path}: ${header.reason}`);
  return { ...header, bytes, digest: await sha256(bytes) };
}

/** A question about a picture. */
export interface Question {
  readonly server: Server;
  readonly commandLine: CommandLine;
  readonly image: ImageFile;
}

/** Asks, and returns the response, of any status. */
export async function send(
  { server, commandLine, image: { bytes, format } }: Question,
  overlay?: "png",
): Promise<Response> {
  const query = queryOf(commandLine);
  if (overlay !== undefined) query.set("overlay", overlay);
  const url = new URL(`${taskPath(commandLine.task)}?${query.toString()}`, server.url);
  return fetch(url, { method: "POST", headers: { "content-type": `image/${format}` }, body: bytes });
}

/** Asks, and returns the response with the answer. Throws the problem as a `UsageError`. */
export async function ask(question: Question, overlay?: "png"): Promise<Response> {
  const response = await send(question, overlay);
  if (response.ok) return response;
  throw new UsageError(describeProblem(ProblemDetails.parse(await response.json())));
}
