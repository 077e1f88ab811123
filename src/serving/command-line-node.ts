import { parseArgs } from "node:util";
import * as z from "zod";
import type { servingFlags } from "./flags.ts";

type Flags = z.infer<ReturnType<typeof servingFlags>>;

/** A parsed command line: the flags to serve with, a request for the usage text, or the reason why it is invalid. */
export type CommandLine =
  | { readonly type: "serve"; readonly flags: Flags }
  | { readonly type: "help" }
  | { readonly type: "invalid"; readonly reason: string };

/** Flags without a value; each has a negative form, `--no-graphs`. */
const SWITCHES: ReadonlySet<string> = new Set(["offer-fp16", "graphs"]);

/** The environment variable that sets `--authorization`, by the name that the edge has for the same value. */
export interface ServingEnvironment {
  readonly BACKEND_AUTHORIZATION?: string | undefined;
}

/** Parses the command-line arguments, without the program name, by `schema`. They replace what the environment says. */
export function parseCommandLine(
  args: readonly string[],
  schema: ReturnType<typeof servingFlags>,
  { BACKEND_AUTHORIZATION: authorization }: ServingEnvironment = {},
): CommandLine {
  const names = Object.keys(schema.shape);
  const options = Object.fromEntries(
    names.map((name) => [name, { type: SWITCHES.has(name) ? "boolean" : "string" } as const]),
  );
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean" } },
      allowNegative: true,
    });
    return values["help"] === true
      ? { type: "help" }
      : { type: "serve", flags: schema.parse({ authorization, ...values }) };
  } catch (thrown) {
    return { type: "invalid", reason: thrown instanceof z.ZodError ? z.prettifyError(thrown) : String(thrown) };
  }
}
