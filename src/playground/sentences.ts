import type { CacheReport } from "../client/florence.ts";
import { objectsIn, shapesOf, textIn } from "./shapes.ts";

const plurals = new Intl.PluralRules("en");

function counted(count: number, one: string, many: string): string {
  return `${count} ${plurals.select(count) === "one" ? one : many}`;
}

/** What was found, in a line: how many of each label, the most frequent first. */
export function summaryOf(data: unknown): string {
  const text = textIn(data);
  if (text !== undefined) return text === "" ? "An empty text." : text;
  const labels = shapesOf(objectsIn(data)).map(({ label }) => label);
  if (labels.length === 0) return "Nothing was found.";
  const named = labels.filter((label) => label !== "");
  const counts = [...new Set(named)].map((label) => [label, named.filter((each) => each === label).length] as const);
  const listed = counts
    .toSorted(([, one], [, other]) => other - one)
    .map(([label, count]) => (count === 1 ? label : `${count} × ${label}`));
  return `${counted(labels.length, "object", "objects")}${listed.length === 0 ? "" : `: ${listed.join(", ")}`}.`;
}

const units = [
  { name: "day", seconds: 86_400 },
  { name: "hour", seconds: 3600 },
  { name: "minute", seconds: 60 },
  { name: "second", seconds: 1 },
] as const;

/** Seconds in the largest unit that fits. */
export function ageOf(seconds: number): string {
  const unit = units.find((each) => seconds >= each.seconds);
  if (unit === undefined) return "just now";
  const count = Math.floor(seconds / unit.seconds);
  return `${counted(count, unit.name, `${unit.name}s`)} ago`;
}

const reasons: Readonly<Record<string, string>> = {
  miss: "Not in the cache: the model was asked",
  stale: "Too old in the cache: the model was asked",
  request: "The model was asked anew, as you wished",
};

/** What became of a question in the cache. */
export function cacheSentence(cache: CacheReport | undefined): string {
  if (cache === undefined) return "Nothing is known of the cache.";
  if (cache.hit) {
    return `From the cache, made ${ageOf(cache.age)}${cache.stale ? ", since the model cannot be reached" : ""}.`;
  }
  const reason = reasons[cache.fwd ?? ""] ?? "The model was asked";
  const kept = cache.stored ? ", and its answer is kept" : "";
  return `${reason}${cache.collapsed ? ", together with another request" : kept}.`;
}
