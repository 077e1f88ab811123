import { invalidParameter, unsupportedParameter } from "../contract/parameter-problems.ts";

/** A visual feature that Florence-2 has an answer for. */
export type Feature = "caption" | "denseCaptions" | "objects" | "tags" | "read" | "people";

/** The tasks whose answers make up each feature. Features share tasks, and a request runs each once. */
export const featureTasks = {
  caption: ["caption"],
  denseCaptions: ["caption", "dense-region-caption"],
  objects: ["object-detection"],
  tags: ["object-detection"],
  read: ["ocr-with-region"],
  people: ["open-vocabulary-detection"],
} as const satisfies Readonly<Record<Feature, readonly string[]>>;

/** The name of a task that a feature needs. */
export type FeatureTask = (typeof featureTasks)[Feature][number];

function isFeature(name: string): name is Feature {
  return Object.hasOwn(featureTasks, name);
}

/** All features by their names in lower case: the samples of the two SDKs spell them differently. */
const features: ReadonlyMap<string, Feature> = new Map(
  Object.keys(featureTasks)
    .filter(isFeature)
    .map((name) => [name.toLowerCase(), name]),
);

const ALL = [...features.values()].join(", ");

const SMART_CROPS = "smartcrops";

/** Reads a list of features, separated by commas. Throws `Problem`. */
export function readFeatures(list: string): ReadonlySet<Feature> {
  const names = list.split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
  if (names.length === 0) throw invalidParameter("features", `Send at least one of ${ALL}.`);
  return new Set(
    names.map((name) => {
      const feature = features.get(name.toLowerCase());
      if (feature !== undefined) return feature;
      if (name.toLowerCase() === SMART_CROPS) {
        throw unsupportedParameter(
          "features",
          "SmartCrops is not supported: Florence-2 proposes no crops. Ask for the other features without it.",
        );
      }
      throw unsupportedParameter(
        "features",
        `${JSON.stringify(name.slice(0, 50))} is not a visual feature; there are ${ALL}.`,
      );
    }),
  );
}
