import type { Florence, JobHandle } from "../client/florence.ts";
import { asError } from "./api.ts";
import { callOptions, imageRequired, type RequestDependencies } from "./send-request.ts";
import {
  type PageJob,
  type Reply,
  type SelectedImage,
  type State,
  withAnswerOf,
  withJob,
  withRequest,
} from "./state.ts";
import type { Store } from "./store.ts";

/** Jobs that the page shows: older ones go on, but are not looked at. */
const MAX_JOBS = 20;

/** The task and its options are those of the API's own document, so their types are unknown here; the API validates them. */
async function createJob(
  { jobs }: Florence,
  { task }: State,
  { source }: SelectedImage,
  options: Readonly<Record<string, unknown>>,
): Promise<JobHandle<unknown>> {
  const job: Promise<JobHandle<unknown>> = Reflect.apply(jobs.create, jobs, [task, source, options]);
  return job;
}

function replyOf(data: unknown, ms: number): Reply {
  return { data, cache: undefined, charge: undefined, timings: {}, requestId: undefined, ms };
}

/** Whether the answer of a job is what the page asks now, and nothing else is shown in its place. */
function isAwaited({ request, image, task }: State, job: PageJob): boolean {
  return request.kind === "idle" && image === job.image && task === job.task;
}

/** Looks at a job until it has ended, and shows its answer if the page still asks for it. */
async function follow(
  store: Store<State>,
  handle: JobHandle<unknown>,
  { now, onShown }: RequestDependencies,
): Promise<void> {
  const { id } = handle;
  const startMs = now();
  const change = (changes: Partial<PageJob>): void => store.update((state) => withJob(state, id, changes));
  try {
    const data = await handle.wait({ onChange: ({ status }) => change({ status }) });
    change({ status: "succeeded", reply: replyOf(data, now() - startMs) });
  } catch (thrown) {
    const error = asError(thrown);
    return change(error.code === "job-cancelled" ? { status: "cancelled" } : { status: "failed", error });
  }
  const job = store.read().jobs.find((each) => each.id === id);
  if (job === undefined || !isAwaited(store.read(), job)) return;
  store.update((state) => withAnswerOf(state, job));
  onShown();
}

/** Has the question that the form describes answered later, as a row of its own. What is wrong with it is shown at once, in the place of an answer. */
export async function askLater(store: Store<State>, dependencies: RequestDependencies): Promise<void> {
  const state = store.read();
  const { image, task } = state;
  try {
    if (image === undefined) throw imageRequired();
    const handle = await createJob(dependencies.florence, state, image, callOptions(state));
    const { id, job } = handle;
    const row: PageJob = { id, task, image, status: job.status, reply: undefined, error: undefined };
    store.update((current) => ({ ...current, jobs: [row, ...current.jobs].slice(0, MAX_JOBS) }));
    await follow(store, handle, dependencies);
  } catch (thrown) {
    store.update((current) => withRequest(current, { kind: "failed", error: asError(thrown) }));
    dependencies.onShown();
  }
}

/** Cancels a job. It may have ended meanwhile; who looks at it sees it then. */
export async function cancelJob(store: Store<State>, { jobs }: Florence, id: string): Promise<void> {
  const { apiKey } = store.read();
  try {
    const { status } = await jobs.cancel(id, apiKey === "" ? {} : { apiKey });
    if (status === "cancelled") store.update((state) => withJob(state, id, { status }));
  } catch (thrown) {
    store.update((state) => withJob(state, id, { error: asError(thrown) }));
  }
}
