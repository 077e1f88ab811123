import { protocols } from "../../functions/protocols.ts";
import { FormattedAnswer } from "../../src/contract/answers.ts";
import type { CallContext, Service, TaskRequest } from "../../src/contract/service.ts";
import type { AppOptions } from "../../src/http/app.ts";
import { rows } from "./document-check.ts";
import { cacheMiss, fakeApp } from "./fake-service.ts";

const common = {
  source: { width: 640, height: 480 },
  model: { id: "fake", revision: "1", dtype: "fp32" },
  finish_reason: "stop",
  usage: { prompt_tokens: 9, completion_tokens: 4 },
} as const;
const box = { x1: 0.4, y1: 9.6, x2: 20.5, y2: 30 };
const scored = { label: "cat", score: 0.5, box, normalized_box: { x1: 0, y1: 0, x2: 0.1, y2: 0.1 } };
const located = { ...common, score_type: "s", box_format: "xyxy", task: "t" } as const;
const quad = [
  { x: 1.2, y: 1 },
  { x: 9, y: 1 },
  { x: 9, y: 5.6 },
  { x: 1, y: 5 },
];

/** An answer of each type. */
export const answers = {
  text: { type: "text", ...common, task: "t", text: "a cat" },
  boxes: { type: "boxes", ...located, objects: [scored] },
  quads: { type: "quads", ...located, objects: [{ ...scored, label: "STOP", quad, normalized_quad: quad }] },
  polygons: {
    type: "polygons",
    ...located,
    objects: [{ ...scored, polygons: [[{ x: 1, y: 1 }]], normalized_polygons: [[{ x: 0, y: 0 }]], svg_path: "M1,1Z" }],
  },
} as const;

/** Returns an answer to a task, of the first type that the task has. */
export function answerTo(task: string): FormattedAnswer {
  const [type = "text"] = rows.find(({ name }) => name === task)?.answers ?? [];
  return FormattedAnswer.parse({ ...answers[type], task });
}

/** An application with all tasks and protocols, whose service answers each task in its type. */
export function mcpApp(service: Partial<Service> = {}, more: Partial<AppOptions> = {}) {
  const asked: TaskRequest[] = [];
  const calls: CallContext[] = [];
  const whole: Partial<Service> = {
    answer: async ({ task }) => ({ answer: answerTo(task), cache: cacheMiss, timings: {} }),
    stream: async ({ task }, _call, emit) => {
      const answer = answerTo(task);
      if (answer.type !== "text") {
        for (const [index, object] of answer.objects.entries()) emit({ type: "object", index, object }, cacheMiss);
      } else emit({ type: "delta", text: answer.text }, cacheMiss);
      emit({ type: "done", answer }, cacheMiss);
    },
    analyze: async ({ items }) => ({
      results: items.map((item) => ("problem" in item ? item.problem : answerTo(item.task))),
      cache: cacheMiss,
      timings: {},
    }),
    ...service,
  };
  const { app, logged } = fakeApp(
    {
      ...whole,
      stream: async (request, call, emit) => {
        asked.push(request);
        calls.push(call);
        await whole.stream?.(request, call, emit);
      },
      answer: async (request, call) => {
        asked.push(request);
        calls.push(call);
        const answered = await whole.answer?.(request, call);
        if (answered === undefined) throw new Error("No answer.");
        return answered;
      },
    },
    { tasks: rows, protocols: protocols({ hasAccounts: false, mcpHosts: [] }), ...more },
  );
  return { app, asked, calls, logged };
}
