import { readFile } from "node:fs/promises";
import * as z from "zod";
import { UsageError } from "../run-command.ts";
import { isTrusted } from "./redirects.ts";

const source = z.strictObject({
  /** As the hub names it: `onnx-community/Florence-2-base`. */
  repository: z.string().regex(/^\w[\w.-]*\/\w[\w.-]*$/u),
  /** A commit, a tag or a branch; only a commit always gives the same files. */
  revision: z.string().min(1).default("main"),
  /** SHA-256 by path in the repository: such a file must have these bytes, whatever the hub says. */
  sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/u)).default({}),
});

const sourcesFile = z.strictObject({ hub: z.string(), models: z.record(z.string(), source) });

/** Where a model comes from. */
export type Source = z.output<typeof source>;
/** `model-shards/sources.json`: the models that can be pulled. */
export type Sources = z.output<typeof sourcesFile>;

/** Throws `UsageError` where the file cannot be read, or is another one. */
export async function readSources(path: string): Promise<Sources> {
  try {
    return sourcesFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UsageError(`${path} lists no sources: ${reason}`);
  }
}

/** Throws `UsageError`, naming the models that there are. */
export function findSource({ models }: Sources, name: string): Source {
  const found = Object.entries(models).find(([each]) => each === name)?.[1];
  if (found !== undefined) return found;
  throw new UsageError(`There is no source ${name}: there are ${Object.keys(models).join(", ")}.`);
}

/** The hub's address, a path kept as a prefix. Throws `UsageError` where it is none, or where anybody on the way could read a token. */
export function hubUrl(text: string): URL {
  const url = URL.parse(text.endsWith("/") ? text : `${text}/`);
  if (url !== null && isTrusted(url) && url.search === "" && url.hash === "") return url;
  throw new UsageError(`${text} is no address of a hub: it must begin with https:// (http:// only for this machine).`);
}
