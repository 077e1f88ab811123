import { AnalyzeBody, type AnalyzeResult } from "../contract/analyze.ts";
import { problemDetails } from "../contract/problem-details.ts";
import { isDrawing } from "../contract/forms.ts";
import { type Issue, Problem } from "../contract/problems.ts";
import { optionsByInput } from "../contract/requests.ts";
import type { Analyzed, AnalyzeItem, AnalyzeRequest, TaskRow } from "../contract/service.ts";
import { parseJsonObject, readBody } from "./body.ts";
import { imageInput, JSON_MEDIA_TYPE, mediaTypeOf, unsupportedMediaType, validated } from "./task-request.ts";

/** One task with its own options. What is wrong with them is its own problem. */
function readItem(rows: ReadonlyMap<string, TaskRow>, { task, ...given }: { readonly task: string }): AnalyzeItem {
  const row = rows.get(task);
  try {
    if (row === undefined) throw new Problem("unknown-task", `There is no task named ${JSON.stringify(task)}.`);
    const options = validated(optionsByInput[row.input], given);
    if (options.overlay === undefined) return { task, options };
    const issue: Issue = { path: "overlay", message: "Ask for a drawing by the task's own address." };
    throw new Problem("invalid-request", issue.message, { issues: [issue] });
  } catch (thrown) {
    if (thrown instanceof Problem) return { task, problem: thrown };
    throw thrown;
  }
}

/** Several tasks on one image, as one JSON object. Throws `Problem` for what concerns all of them. */
export async function readAnalyzeRequest(rows: readonly TaskRow[], request: Request): Promise<AnalyzeRequest> {
  const mediaType = mediaTypeOf(request);
  if (!JSON_MEDIA_TYPE.test(mediaType)) throw unsupportedMediaType(mediaType);
  const { image, tasks } = validated(AnalyzeBody, parseJsonObject(await readBody(request)));
  const byName = new Map(rows.map((row) => [row.name, row]));
  return { image: imageInput(image), items: tasks.map((item) => readItem(byName, item)) };
}

/** The results as they are sent. */
export function analyzeResults(
  { items }: AnalyzeRequest,
  { results }: Analyzed,
  requestId: string,
): readonly AnalyzeResult[] {
  return items.flatMap(({ task }, at): readonly AnalyzeResult[] => {
    const result = results[at];
    if (result === undefined || (!(result instanceof Problem) && isDrawing(result))) return [];
    if (!(result instanceof Problem)) return [{ task, status: "ok", answer: result, problem: null }];
    const { code, detail, issues } = result;
    return [{ task, status: "error", answer: null, problem: problemDetails(code, { detail, issues, requestId }) }];
  });
}
