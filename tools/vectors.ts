import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Tokenizer } from "../src/runtime/load-model.ts";
import { createTokenizer } from "../src/decoding/tokenizer.ts";
import type { Check } from "./vector-check.ts";
import { type Report, runVectors } from "./vector-runners.ts";

/** How many differences of a file are printed, and how many characters of each value: enough to see a pattern. */
const SHOWN_DIFFERENCES = 3;
const SHOWN_CHARACTERS = 400;

const tokenizerFile = new URL("../test/vectors/florence-2-base/tokenizer.json", import.meta.url);

function readJson(path: string | URL): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, SHOWN_CHARACTERS);
}

function difference({ name, expected, actual }: Check): string {
  return `  ${name}\n    expected ${shown(expected)}\n    actual   ${shown(actual)}`;
}

/** Runs one file and returns its report, or the reason why it could not be run. */
function run(folder: string, name: string, tokenizer: Tokenizer): Report | string {
  try {
    return runVectors(name, readJson(join(folder, name)), tokenizer) ?? "there is no runner for it";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Prints one file's result and returns whether all its vectors passed. A file that cannot be run counts as failed. */
function passes(folder: string, name: string, tokenizer: Tokenizer): boolean {
  const report = run(folder, name, tokenizer);
  if (typeof report === "string") {
    console.log(`${name}: not run, ${report}`);
    return false;
  }
  const { passed, failures } = report;
  console.log(`${name}: ${passed} passed, ${failures.length} failed`);
  for (const failure of failures.slice(0, SHOWN_DIFFERENCES)) console.log(difference(failure));
  return failures.length === 0;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Usage: npm run vectors -- <folder with postprocess.json, prompts.json, …>");
  process.exitCode = 2;
} else {
  const tokenizer = createTokenizer(readJson(tokenizerFile), {});
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const results = names.sort().map((name) => passes(folder, name, tokenizer));
  if (results.length === 0) console.error(`There are no vectors in ${folder}.`);
  process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1;
}
