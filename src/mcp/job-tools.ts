import * as z from "zod";
import { AnalyzeAnswer } from "../contract/analyze.ts";
import { FormattedAnswer } from "../contract/answers.ts";
import { Job } from "../contract/jobs.ts";
import { JOBS_PATH } from "../contract/paths.ts";
import { STANDARD_OBJECTS } from "./arguments.ts";
import { lean } from "./lean.ts";
import { resultsOf } from "./look-at-image.ts";
import { problemText } from "./problem-text.ts";
import { createTool, type Tool } from "./tool.ts";

/** Longest wait of one call, in seconds: many hosts end a call after a minute. */
const MAX_WAIT_SECONDS = 50;

const state = { job: z.string(), status: z.string() };

function stateOf({ id: job, status }: Job) {
  return { job, status };
}

/** The answer of a job in the form of the tool that asked for it. */
function answerOf(result: unknown) {
  const several = AnalyzeAnswer.safeParse(result).data;
  if (several !== undefined) return { results: resultsOf(several) };
  return lean(FormattedAnswer.parse(result), STANDARD_OBJECTS);
}

function endOf(job: Job) {
  if (job.status === "succeeded") return { ...stateOf(job), answer: answerOf(job.result) };
  if (job.problem !== null) return { ...stateOf(job), error: problemText(job.problem) };
  return stateOf(job);
}

/** Has what another tool answers answered later: for many pictures, or a model that takes long. `asking` are the tools that it can call. */
function startJob(asking: readonly Tool[]): Tool {
  return createTool({
    name: "start_job",
    title: "Ask later",
    description: "Call another tool without waiting for its answer; then call get_job.",
    input: z.strictObject({
      tool: z.enum(asking.map(({ name }) => name)),
      arguments: z.looseObject({}),
    }),
    output: z.object(state),
    isReadOnly: false,
    ask: ({ tool: name, arguments: given }, call) => {
      const asked = asking.find((tool) => tool.name === name)?.ask({ ...given }, call);
      if (asked === undefined) throw new Error(`There is no tool ${name}.`);
      const { path, body } = asked;
      return { path, body: { ...body, async: true }, canStream: false, show: (reply) => stateOf(Job.parse(reply)) };
    },
  });
}

/** How a job is, and its answer once it is there. */
const getJob = createTool({
  name: "get_job",
  title: "Get a later answer",
  description: `What the tool of a start_job answers, once the status is succeeded. \`wait\`: up to ${MAX_WAIT_SECONDS} seconds for it.`,
  input: z.strictObject({ job: z.string(), wait: z.int().min(0).max(MAX_WAIT_SECONDS).optional() }),
  output: z.object({
    ...state,
    answer: z.looseObject({}).optional(),
    error: z.string().optional(),
  }),
  ask: ({ job, wait = 0 }) => ({
    method: "GET",
    path: `${JOBS_PATH}/${encodeURIComponent(job)}`,
    waitSeconds: wait,
    canStream: false,
    show: (reply) => endOf(Job.parse(reply)),
  }),
});

/** The tools for answers that come later; none where the deployment has no jobs. */
export function jobTools(asking: readonly Tool[]): readonly Tool[] {
  return [startJob(asking), getJob];
}
