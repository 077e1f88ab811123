import { readFile } from "node:fs/promises";
import * as z from "zod";
import { UsageError } from "../run-command.ts";
import { isTrusted } from "./redirects.ts";

const source = z.strictObject({
  /** The repository's id on the hub: `onnx-community/Florence-2-base`. */
  repository: z.string().regex(/^\w[\w.-]*\/\w[\w.-]*$/u),
  /** A commit, a tag or a branch; only a commit always gives the same files. */
  revision: z.string().min(1).default("main"),
  /** Pinned SHA-256 by path in the repository; it overrides the hub's digest. */
  sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/u)).default({}),
});

const sourcesFile = z.strictObject({ hub: z.string(), models: z.record(z.string(), source) });

/** The origin of a model. */
export type Source = z.output<typeof source>;
/** `model-shards/sources.json`: the models that can be pulled. */
export type Sources = z.output<typeof sourcesFile>;

/** Reads the sources file. Throws `UsageError` if it cannot be read or has another format. */
export async function readSources(path: string): Promise<Sources> {
  try {
    return sourcesFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UsageError(`${path} lists no sources: ${reason}`);
  }
}

/** Returns the source with this name. Throws `UsageError`, which lists the available models. */
export function findSource({ models }: Sources, name: string): Source {
  const match = Object.entries(models).find(([each]) => each === name)?.[1];
  if (match !== undefined) return match;
  throw new UsageError(`There is no source ${name}: there are ${Object.keys(models).join(", ")}.`);
}

/** Parses the hub's address; its path is kept as a prefix. Throws `UsageError` if it is invalid, or if a token would be sent unencrypted. */
export function hubUrl(text: string): URL {
  const url = URL.parse(text.endsWith("/") ? text : `${text}/`);
  if (url !== null && isTrusted(url) && url.search === "" && url.hash === "") return url;
  throw new UsageError(`${text} is no address of a hub: it must begin with https:// (http:// only for this machine).`);
}
