import { AnalyzeBody, type AnalyzeResult, MAX_ANALYZE_TASKS } from "../contract/analyze.ts";
import { isDrawing } from "../contract/forms.ts";
import { Problem } from "../contract/problems.ts";
import { optionsByInput } from "../contract/requests.ts";
import type { Analyzed, AnalyzeRequest, TaskRow } from "../contract/service.ts";
import type { BodyOptions } from "./body.ts";
import { detailsOf } from "./problem-response.ts";
import { readJsonObject } from "./json-request.ts";
import { type CheckTask, DELIMITERS_PER_ITEM, readTaskItem } from "./task-item.ts";
import { imageInput } from "./task-request.ts";
import { validated } from "./validated.ts";

/** Reads several tasks on one image from a JSON body. Throws `Problem` for errors that concern the whole request. */
export async function readAnalyzeRequest(
  rows: readonly TaskRow[],
  request: Request,
  body: BodyOptions,
  check?: CheckTask,
): Promise<AnalyzeRequest> {
  const given = await readJsonObject(request, MAX_ANALYZE_TASKS * DELIMITERS_PER_ITEM, body);
  const { image, tasks, async, webhook } = validated(AnalyzeBody, given);
  const byName = new Map(rows.map((row) => [row.name, row]));
  const items = tasks.map(({ task, ...options }) =>
    readTaskItem({ rows: byName, check }, task, ({ input }) => ({
      options: validated(optionsByInput[input], options),
    })),
  );
  return { image: imageInput(image), items, async, webhook };
}

/** Converts the results of several tasks to the response's format. */
export function analyzeResults(
  { items }: { readonly items: readonly { readonly task: string }[] },
  { results }: Analyzed,
  requestId: string,
): readonly AnalyzeResult[] {
  return items.flatMap(({ task }, index): readonly AnalyzeResult[] => {
    const result = results[index];
    if (result === undefined || (!(result instanceof Problem) && isDrawing(result))) return [];
    if (!(result instanceof Problem)) return [{ task, status: "ok", answer: result, problem: null }];
    return [{ task, status: "error", answer: null, problem: detailsOf(result, requestId) }];
  });
}
