import { UsageError } from "../run-command.ts";
import type { AccountFlags } from "./flags.ts";
import type { AccountVerb } from "./verb.ts";
import { accountVerbs } from "./verbs.ts";

/** Ids become parts of a path, whatever was written. */
function partOf(name: string | undefined, word: string): string {
  return name === "id" || name === "key" ? encodeURIComponent(word) : word;
}

/** The options of every verb: whom to ask, and how to print. */
const commonFlags: readonly string[] = ["url", "port", "json"] satisfies readonly (keyof AccountFlags)[];

/** Throws `UsageError` for an option that means nothing to a verb: whoever wrote it expects something that would not happen. */
function checkFlags(name: string, { flags: own = [] }: AccountVerb, flags: AccountFlags): void {
  const known: readonly string[] = [...commonFlags, ...own];
  const given = Object.entries(flags).filter(([, value]) => value !== undefined && value !== false);
  const [other] = given.find(([flag]) => !known.includes(flag)) ?? [];
  if (other === undefined) return;
  const all = known.map((flag) => `--${flag}`).join(", ");
  throw new UsageError(`${name} has no option --${other}; it has ${all}.`);
}

/** Returns the verb that a command line begins with, and the words after it. Throws `UsageError`. */
export function verbOf(words: readonly string[], flags: AccountFlags) {
  const [first = "", second = ""] = words;
  const name = Object.hasOwn(accountVerbs, first) ? first : `${first} ${second}`;
  const verb = Object.hasOwn(accountVerbs, name) ? accountVerbs[name] : undefined;
  if (verb === undefined) throw new UsageError(`There is no ${JSON.stringify(name.trim())}.`);
  const rest = words.slice(name.split(" ").length);
  checkFlags(name, verb, flags);
  if (rest.length === verb.words.length) {
    return { verb, words: rest.map((word, index) => partOf(verb.words[index], word)) };
  }
  const needed = verb.words.map((word) => ` <${word}>`).join("");
  throw new UsageError(`Write: npm run account -- ${name}${needed}`);
}
