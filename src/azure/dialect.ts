import { Problem } from "../contract/problems.ts";
import type { Dialect, DialectRequest, SeveralTranslation } from "../contract/dialect.ts";
import { MAX_URL_CHARACTERS } from "../contract/request-limits.ts";
import type { AnalyzeItem, Analyzed, ImageInput } from "../contract/service.ts";
import { isUploadHandle } from "../contract/uploads.ts";
import { azureError, requestHeaders } from "./error.ts";
import { featureTasks, type FeatureTask } from "./features.ts";
import { type AzureQuery, readQuery } from "./query.ts";
import { invalidParameter } from "../contract/parameter-problems.ts";
import { type Answers, analysisResult } from "./result.ts";

/** The options of the tasks. A caption's confidence is the score of its text. */
const taskOptions: Readonly<Record<FeatureTask, Extract<AnalyzeItem, { options: unknown }>["options"]>> = {
  caption: { include: ["score"] },
  "dense-region-caption": {},
  "object-detection": {},
  "ocr-with-region": {},
  "open-vocabulary-detection": { text: "person" },
};

function imageOf({ body }: DialectRequest): ImageInput {
  if (body.kind === "bytes") {
    if (body.bytes.length > 0) return { kind: "bytes", bytes: body.bytes };
    throw new Problem("image-required", "The body is empty.");
  }
  const { url } = body.given;
  if (typeof url === "string" && isUploadHandle(url)) return { kind: "upload", handle: url };
  if (typeof url !== "string" || url.trim() === "") throw invalidParameter("url", "Send the image's address as `url`.");
  if (url.length <= MAX_URL_CHARACTERS) return { kind: "url", url };
  throw invalidParameter("url", `A URL may have at most ${MAX_URL_CHARACTERS} characters.`);
}

/** The tasks that the features need, each once. */
function tasksOf({ features }: AzureQuery): readonly FeatureTask[] {
  return [...new Set([...features].flatMap((feature) => featureTasks[feature]))];
}

/** The answers by their tasks. Throws the first problem: an analysis has no result for each feature. */
function answersOf(tasks: readonly FeatureTask[], { results }: Analyzed): Answers {
  const pairs = tasks.map((task, index) => {
    const result = results[index];
    if (result instanceof Problem) throw result;
    if (result === undefined || !("type" in result)) throw new Error(`${task} has no answer.`);
    if (result.type === "drawing" || result.type === "flat" || result.type === "raw") {
      throw new Error(`${task} has another form.`);
    }
    return [task, result] as const;
  });
  return new Map(pairs);
}

function translate(request: DialectRequest): SeveralTranslation {
  const query = readQuery(request.url);
  const tasks = tasksOf(query);
  const items = tasks.map((task) => ({ task, options: taskOptions[task] }));
  return {
    kind: "several",
    request: { image: imageOf(request), items },
    reply: (analyzed) => {
      const result = analysisResult(answersOf(tasks, analyzed), query);
      return { json: result, says: result };
    },
  };
}

/** The dialect of Azure Image Analysis 4.0: all features of a request are one look at the image. */
export function createAzure(): Dialect {
  return {
    translate: (_, request) => translate(request),
    read: () => {
      throw new Problem("not-found", "An analysis is sent with POST.");
    },
    problem: azureError,
    headers: requestHeaders,
  };
}
