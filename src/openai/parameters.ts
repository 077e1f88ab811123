import type { JsonObject } from "../contract/json-object.ts";
import { MAX_NEW_TOKENS } from "../contract/request-limits.ts";
import { unsupportedParameter } from "../contract/parameter-problems.ts";

/** A parameter that can only have a value which asks for nothing. */
interface Refused {
  readonly isNeutral: (value: unknown) => boolean;
  readonly why: string;
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0;
const isOneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
const never = (): boolean => false;
const noTools: Refused = { isNeutral: isEmpty, why: "Florence-2 calls no tools: leave it out." };
const noChoice: Refused = {
  isNeutral: isOneOf("none", "auto"),
  why: "Florence-2 calls no tools: leave it out, or send none.",
};
const noMemory: Refused = { isNeutral: never, why: "Nothing is remembered between requests: send the image again." };

/** Parameters that are refused, unless they ask for nothing. */
const refused: ReadonlyMap<string, Refused> = new Map([
  ["n", { isNeutral: isOneOf(1), why: "The search is greedy, so there is one answer: send 1." }],
  ["tools", noTools],
  ["functions", noTools],
  ["tool_choice", noChoice],
  ["function_call", noChoice],
  ["audio", { isNeutral: never, why: "Answers are text: leave it out." }],
  [
    "modalities",
    {
      isNeutral: (value: unknown) => Array.isArray(value) && value.every((each) => each === "text"),
      why: "Answers are text: leave it out, or send text alone.",
    },
  ],
  ["logprobs", { isNeutral: isOneOf(false), why: 'Ask for `include: ["score"]` or `format: "raw"` instead.' }],
  ["top_logprobs", { isNeutral: isOneOf(0), why: 'Ask for `format: "raw"` instead.' }],
  ["logit_bias", { isNeutral: isEmpty, why: "The search cannot be biased: leave it out." }],
  ["stop", { isNeutral: (value) => value === "" || isEmpty(value), why: "Answers end by themselves: leave it out." }],
  ["web_search_options", { isNeutral: never, why: "Nothing is searched: leave it out." }],
  ["background", { isNeutral: isOneOf(false), why: "Answers take a second and are not kept: leave it out." }],
  ["previous_response_id", noMemory],
  ["conversation", noMemory],
  ["image", { isNeutral: never, why: "Send the image in a message." }],
  ["prompt", { isNeutral: never, why: "There are no stored prompts: leave it out." }],
]);

/** Parameters that change nothing here and are accepted: the search is greedy, nothing is stored, and all callers are served alike. */
const ignored: ReadonlySet<string> = new Set(
  `temperature top_p seed user store metadata presence_penalty frequency_penalty service_tier parallel_tool_calls reasoning_effort
   reasoning verbosity prompt_cache_key prompt_cache_retention safety_identifier prediction instructions truncation max_tool_calls`.split(
    /\s+/u,
  ),
);

/** Names of the upper bound on generated tokens, the first that is given counts. */
const LIMITS = ["max_completion_tokens", "max_output_tokens", "max_tokens"] as const;

/** Parameters that are read elsewhere: the question itself, and the form of the answer. */
const OWN: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "input",
  "response_format",
  "stream_options",
  ...LIMITS,
]);

/** No answer has more tokens than `MAX_NEW_TOKENS`, so a higher bound asks for nothing else. */
function boundOf(value: unknown): unknown {
  return Number.isInteger(value) ? Math.min(Number(value), MAX_NEW_TOKENS) : value;
}

/**
 * Returns the options of ours among a request's parameters, not validated. Throws `unsupported-parameter`. A name that nobody knows stays, so that it is
 * refused as it is elsewhere.
 */
export function optionsAmong(given: JsonObject): JsonObject {
  for (const [name, { isNeutral, why }] of refused) {
    if (given[name] !== undefined && !isNeutral(given[name])) throw unsupportedParameter(name, why);
  }
  const options = Object.entries(given).filter(([name]) => !refused.has(name) && !ignored.has(name) && !OWN.has(name));
  const limit = LIMITS.map((name) => given[name]).find((value) => value !== undefined);
  return { ...(limit === undefined ? {} : { max_new_tokens: boundOf(limit) }), ...Object.fromEntries(options) };
}
