import { type Feature, readFeatures } from "./features.ts";
import { invalidParameter, unsupportedParameter } from "../contract/parameter-problems.ts";

/** What the query asks for. */
export interface AzureQuery {
  readonly features: ReadonlySet<Feature>;
  readonly isGenderNeutral: boolean;
}

/** Versions of the API with the same answers: the one of both SDKs, and the later one. */
const API_VERSIONS: ReadonlySet<string> = new Set(["2023-10-01", "2024-02-01"]);

const LANGUAGES: ReadonlySet<string> = new Set(["", "en"]);
const MODEL_VERSIONS: ReadonlySet<string> = new Set(["", "latest", "2023-10-01"]);
const booleans: ReadonlyMap<string, boolean> = new Map([
  ["", false],
  ["false", false],
  ["true", true],
]);

/** The values of a query by names in lower case, since clients spell `smartcrops-aspect-ratios` in several ways. Of a repeated one, all, separated by commas. */
function parametersOf({ searchParams }: URL): (name: string) => string {
  const byName = Map.groupBy(searchParams, ([name]) => name.toLowerCase());
  return (name) =>
    (byName.get(name) ?? [])
      .map(([, value]) => value)
      .join(",")
      .trim();
}

function checkVersion(version: string): void {
  if (API_VERSIONS.has(version)) return;
  const known = [...API_VERSIONS].join(" or ");
  throw invalidParameter("api-version", `Send ${known}: the answers of other versions have another shape.`);
}

/** Reads the query. Throws `Problem` for what is wrong or cannot be done, never ignores it. */
export function readQuery(url: URL): AzureQuery {
  const valueOf = parametersOf(url);
  checkVersion(valueOf("api-version"));
  if (valueOf("model-name") !== "") {
    throw unsupportedParameter("model-name", "Custom models are not supported: leave it out.");
  }
  if (!LANGUAGES.has(valueOf("language").toLowerCase())) {
    throw unsupportedParameter("language", "The input language is not supported: Florence-2 answers in English, en.");
  }
  if (!MODEL_VERSIONS.has(valueOf("model-version").toLowerCase())) {
    throw unsupportedParameter(
      "model-version",
      "Send latest, or leave it out: `modelVersion` of the answer names the model.",
    );
  }
  const isGenderNeutral = booleans.get(valueOf("gender-neutral-caption").toLowerCase());
  if (isGenderNeutral === undefined) throw invalidParameter("gender-neutral-caption", "Send true or false.");
  const features = readFeatures(valueOf("features"));
  if (valueOf("smartcrops-aspect-ratios") !== "") {
    throw unsupportedParameter("smartcrops-aspect-ratios", "SmartCrops is not supported: leave it out.");
  }
  return { features, isGenderNeutral };
}
