import * as z from "zod";
import { AnalyzeAnswer } from "../contract/analyze.ts";
import { FormattedAnswer } from "../contract/answers.ts";
import type { JsonObject } from "../contract/json-object.ts";
import { MAX_LABELS } from "../contract/requests.ts";
import type { TaskRow } from "../contract/service.ts";
import { ANALYZE_PATH } from "../contract/paths.ts";
import { ImageArgument, imageOf, RegionArgument, regionOf, STANDARD_OBJECTS } from "./arguments.ts";
import { lean, leanShapes } from "./lean.ts";
import { problemText } from "./problem-text.ts";
import { createTool, type Tool } from "./tool.ts";

/** The most tasks of one look: with more, an answer does not fit into a conversation. */
export const MAX_LOOK_TASKS = 8;

/** The tasks that each kind of input belongs to, for the description. */
function namesWith(tasks: readonly TaskRow[], input: TaskRow["input"]): string {
  return tasks
    .filter((row) => row.input === input)
    .map(({ name }) => name)
    .join(", ");
}

function taskItem(tasks: readonly TaskRow[]) {
  return z.strictObject({
    task: z.enum(tasks.map(({ name }) => name)),
    text: z.string().optional(),
    labels: z.array(z.string()).min(1).max(MAX_LABELS).optional(),
    region: RegionArgument.optional(),
  });
}

type Item = z.infer<ReturnType<typeof taskItem>>;

/** The options of a task, and the form of its answer: few objects, and outlines where they are what is asked for. */
function itemOf({ task, text, labels, region }: Item, rows: ReadonlyMap<string, TaskRow>): JsonObject {
  const answers = rows.get(task)?.answers ?? [];
  return {
    task,
    ...(text === undefined ? {} : { text }),
    ...(labels === undefined ? {} : { labels }),
    ...(region === undefined ? {} : { region: regionOf(region) }),
    ...(answers.includes("text") ? {} : { max_objects: STANDARD_OBJECTS }),
    ...(answers.every((type) => type === "polygons") ? { include: ["svg_path"] } : {}),
  };
}

/** Returns several answers of `/v1` in their lean form. */
export function resultsOf({ results }: z.infer<typeof AnalyzeAnswer>) {
  return results.map(({ task, answer, problem }) => ({
    task,
    ...(problem === null ? lean(FormattedAnswer.parse(answer), STANDARD_OBJECTS) : { error: problemText(problem) }),
  }));
}

/** Several questions about one picture, which the model looks at once. */
export function lookAtImage(tasks: readonly TaskRow[]): Tool {
  const rows = new Map(tasks.map((row) => [row.name, row]));
  const { objects, lines } = leanShapes;
  return createTool({
    name: "look_at_image",
    title: "Ask several things about an image",
    description: `Ask up to ${MAX_LOOK_TASKS} tasks about one picture at once, which costs less time than one by one. ${namesWith(tasks, "text")} need \`text\`; ${namesWith(tasks, "labels")} needs \`labels\`; ${namesWith(tasks, "region")} need \`region\`.`,
    input: z.strictObject({ image: ImageArgument, tasks: z.array(taskItem(tasks)).min(1).max(MAX_LOOK_TASKS) }),
    output: z.object({
      results: z.array(
        z.object({ task: z.string(), ...z.object({ ...objects, ...lines, error: z.string() }).partial().shape }),
      ),
    }),
    ask: ({ image, tasks: items }) => ({
      path: ANALYZE_PATH,
      body: { image: imageOf(image), tasks: items.map((item) => itemOf(item, rows)) },
      canStream: false,
      show: (reply) => ({ results: resultsOf(AnalyzeAnswer.parse(reply)) }),
    }),
  });
}
