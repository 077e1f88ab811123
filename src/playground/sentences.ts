import type { CacheReport, ChargeReport } from "../client/florence.ts";
import { dollars } from "./price.ts";
import { objectsIn, shapesOf, textIn } from "./shapes.ts";

const plurals = new Intl.PluralRules("en");

function withCount(count: number, one: string, many: string): string {
  return `${count} ${plurals.select(count) === "one" ? one : many}`;
}

/** Summarises an answer in one line: its text, or the number of objects by label, most frequent first. */
export function summaryOf(data: unknown): string {
  const text = textIn(data);
  if (text !== undefined) return text === "" ? "An empty text." : text;
  const labels = shapesOf(objectsIn(data)).map(({ label }) => label);
  if (labels.length === 0) return "Nothing was found.";
  const nonEmpty = labels.filter((label) => label !== "");
  const counts = [...new Set(nonEmpty)].map(
    (label) => [label, nonEmpty.filter((each) => each === label).length] as const,
  );
  const items = counts
    .toSorted(([, one], [, other]) => other - one)
    .map(([label, count]) => (count === 1 ? label : `${count} × ${label}`));
  return `${withCount(labels.length, "object", "objects")}${items.length === 0 ? "" : `: ${items.join(", ")}`}.`;
}

const units = [
  { name: "day", seconds: 86_400 },
  { name: "hour", seconds: 3600 },
  { name: "minute", seconds: 60 },
  { name: "second", seconds: 1 },
] as const;

/** Formats an age in seconds in the largest unit that is not zero. */
export function ageOf(seconds: number): string {
  const unit = units.find((each) => seconds >= each.seconds);
  if (unit === undefined) return "just now";
  const count = Math.floor(seconds / unit.seconds);
  return `${withCount(count, unit.name, `${unit.name}s`)} ago`;
}

const reasons: Readonly<Record<string, string>> = {
  miss: "Not in the cache: the model was asked",
  stale: "Too old in the cache: the model was asked",
  request: "The cache was bypassed, as requested: the model was asked",
};

/** Describes a cache report in a sentence. */
export function cacheSentence(cache: CacheReport | undefined): string {
  if (cache === undefined) return "The API reported no cache status.";
  if (cache.hit) {
    return `From the cache, made ${ageOf(cache.age)}${cache.stale ? ", since the model cannot be reached" : ""}.`;
  }
  const reason = reasons[cache.fwd ?? ""] ?? "The model was asked";
  const stored = cache.stored ? ", and its answer is kept" : "";
  return `${reason}${cache.collapsed ? ", together with another request" : stored}.`;
}

/** Says what an answer cost and what is left. */
export function chargeSentence({ amount, isRepeat, balance }: ChargeReport): string {
  const cost = isRepeat ? "Free: your account has paid for it." : `Cost ${dollars(amount)}.`;
  return balance === undefined ? cost : `${cost} ${dollars(balance)} are left.`;
}
