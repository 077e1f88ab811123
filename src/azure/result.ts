import type { FormattedAnswer } from "../contract/answers.ts";
import type { Feature, FeatureTask } from "./features.ts";
import { genderNeutral } from "./gender-neutral.ts";
import type { AzureQuery } from "./query.ts";
import { boundingBox, wholePoint } from "./shapes.ts";
import { wordsOf } from "./words.ts";

/** The answers of the tasks that a request needs. */
export type Answers = ReadonlyMap<FeatureTask, FormattedAnswer>;

type BoxObject = Extract<FormattedAnswer, { type: "boxes"; box_format: "xyxy" }>["objects"][number];
type QuadObject = Extract<FormattedAnswer, { type: "quads"; box_format: "xyxy" }>["objects"][number];

/** Maximum number of dense captions, that of the whole image included. */
const MAX_DENSE_CAPTIONS = 10;

/** Objects with a box, whatever else they have: the answers to names may be outlines. */
function boxesIn(answer: FormattedAnswer | undefined): readonly Pick<BoxObject, "label" | "score" | "box">[] {
  if (answer === undefined || answer.type === "text" || answer.box_format !== "xyxy") return [];
  return answer.objects;
}

function quadsIn(answer: FormattedAnswer | undefined): readonly QuadObject[] {
  return answer?.type === "quads" && answer.box_format === "xyxy" ? answer.objects : [];
}

/** The caption; undefined if the model wrote none: the shape has no place for an empty text. */
function captionOf(answers: Answers, toText: (text: string) => string) {
  const answer = answers.get("caption");
  if (answer?.type !== "text" || isBlank(answer.text)) return undefined;
  return { text: toText(answer.text), confidence: answer.score ?? 0 };
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}

function denseCaptions(answers: Answers, toText: (text: string) => string) {
  const { width: w = 0, height: h = 0 } = answers.get("caption")?.source ?? {};
  const caption = captionOf(answers, toText);
  const whole = caption === undefined ? [] : [{ ...caption, boundingBox: { x: 0, y: 0, w, h } }];
  const regions = boxesIn(answers.get("dense-region-caption"))
    .filter(({ label }) => !isBlank(label))
    .map(({ label, score, box }) => ({ text: toText(label), confidence: score, boundingBox: boundingBox(box) }));
  const values = [...whole, ...regions].slice(0, MAX_DENSE_CAPTIONS);
  return values.length === 0 ? undefined : { values };
}

function objects(answers: Answers) {
  const values = boxesIn(answers.get("object-detection")).map(({ label, score, box }) => ({
    boundingBox: boundingBox(box),
    tags: isBlank(label) ? [] : [{ name: label, confidence: score }],
  }));
  return { values };
}

/** The labels of the objects, each once with its best score, the best first. */
function tags(answers: Answers) {
  const named = boxesIn(answers.get("object-detection")).filter(({ label }) => !isBlank(label));
  const byLabel = Map.groupBy(named, ({ label }) => label);
  const values = [...byLabel].map(([name, same]) => ({
    name,
    confidence: Math.max(...same.map(({ score }) => score)),
  }));
  return { values: values.toSorted((one, other) => other.confidence - one.confidence) };
}

/** One block, as the shape demands, also for an image without text: programs read the first block's lines without looking. */
function read(answers: Answers) {
  const lines = quadsIn(answers.get("ocr-with-region"))
    .filter(({ label }) => !isBlank(label))
    .map(({ label, quad, score }) => ({
      text: label.trim(),
      boundingPolygon: quad.map(wholePoint),
      words: wordsOf(label.trim(), quad, score),
    }));
  return { blocks: [{ lines }] };
}

function people(answers: Answers) {
  const values = boxesIn(answers.get("open-vocabulary-detection")).map(({ score, box }) => ({
    boundingBox: boundingBox(box),
    confidence: score,
  }));
  return { values };
}

/** The member of the result that each feature becomes; it is left out if that is undefined. */
const results: Readonly<
  Record<Feature, readonly [string, (answers: Answers, toText: (text: string) => string) => unknown]>
> = {
  caption: ["captionResult", captionOf],
  denseCaptions: ["denseCaptionsResult", denseCaptions],
  objects: ["objectsResult", objects],
  tags: ["tagsResult", tags],
  read: ["readResult", read],
  people: ["peopleResult", people],
};

/** The answers of the tasks as the result of an image analysis. Features that were not asked for are left out. */
export function analysisResult(answers: Answers, { features, isGenderNeutral }: AzureQuery) {
  const [first] = answers.values();
  if (first === undefined) throw new Error("There is no answer.");
  const { source, model } = first;
  const toText = isGenderNeutral ? genderNeutral : (text: string): string => text;
  const members = [...features].map((feature) => {
    const [name, resultOf] = results[feature];
    return [name, resultOf(answers, toText)] as const;
  });
  const { width, height } = source;
  return {
    modelVersion: `${model.id}@${model.revision}`,
    ...Object.fromEntries(members),
    metadata: { width, height },
  };
}
