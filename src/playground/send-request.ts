import { type Florence, FlorenceError } from "../client/florence.ts";
import { type ChargeReport, chargeOfEvent } from "../client/charge.ts";
import type { AnswerEvent } from "../client/contract.ts";
import { asError, callTask, imageFromOverlay } from "./api.ts";
import { optionsOf } from "./options.ts";
import { type RequestState, type SelectedImage, type State, withRequest } from "./state.ts";
import type { Store } from "./store.ts";

/** Dependencies of `sendRequest`. */
export interface RequestDependencies {
  readonly florence: Florence;
  /** Milliseconds since an arbitrary time. */
  readonly now: () => number;
  /** Called when a result or an error is shown. */
  readonly onShown: () => void;
}

function isEventStream(data: unknown): data is AsyncIterable<AnswerEvent> {
  return typeof data === "object" && data !== null && Symbol.asyncIterator in data;
}

/** What a stream ends with: the complete answer, and what it cost where it was paid. */
interface StreamEnd {
  data?: unknown;
  charge?: ChargeReport;
}

/** Reads a stream to its end, and shows the partial result after each event. */
async function readStream(
  events: AsyncIterable<AnswerEvent>,
  show: (request: RequestState) => void,
): Promise<StreamEnd> {
  let text = "";
  const objects: unknown[] = [];
  const end: StreamEnd = {};
  for await (const event of events) {
    if (event.type === "done") end.data = event.answer;
    if (event.type === "charge") end.charge = chargeOfEvent(event);
    if (event.type === "delta") text += event.text;
    if (event.type === "object") objects.push(event.object);
    show({ kind: "pending", text, objects: objects.slice() });
  }
  return end;
}

/** The options of the request, with the key that was typed. */
export function callOptions(state: State): Readonly<Record<string, unknown>> {
  return { ...optionsOf(state), ...(state.apiKey === "" ? {} : { apiKey: state.apiKey }) };
}

async function execute(
  store: Store<State>,
  dependencies: RequestDependencies,
  image: SelectedImage,
  show: (request: RequestState) => void,
): Promise<RequestState> {
  const { florence, now } = dependencies;
  const state = store.read();
  const startMs = now();
  try {
    const response = await callTask(florence, state.task, image, callOptions(state));
    const { cache, timings, requestId } = response;
    const { data, charge = response.charge } = isEventStream(response.data)
      ? await readStream(response.data, show)
      : response;
    return { kind: "succeeded", reply: { data, cache, charge, timings, requestId, ms: now() - startMs } };
  } catch (thrown) {
    return { kind: "failed", error: asError(thrown) };
  }
}

/** The error of a question without a picture. */
export function imageRequired(): FlorenceError {
  return new FlorenceError("image-required", "There is no picture yet.", {
    fix: "Pick a sample, or a picture of yours.",
  });
}

function sourceSize(data: unknown): SelectedImage["size"] {
  if (typeof data !== "object" || data === null || !("source" in data)) return undefined;
  const { source } = data;
  if (typeof source !== "object" || source === null || !("width" in source && "height" in source)) return undefined;
  return { width: Number(source.width), height: Number(source.height) };
}

/** Adds the display URL and size of an image that only the API may load. A failure is ignored: the answer is shown without the image. */
async function withDisplayUrl(
  { florence }: RequestDependencies,
  state: State,
  image: SelectedImage,
  data: unknown,
): Promise<SelectedImage> {
  if (image.displayUrl !== undefined || typeof image.source !== "string") return image;
  const displayUrl = await imageFromOverlay(florence, state.task, image, callOptions(state)).catch(() => undefined);
  return { ...image, displayUrl, size: sourceSize(data), note: "" };
}

/**
 * Sends the request that the form describes, and shows its result unless another image or task was selected meanwhile. Does nothing while a
 * request is pending.
 */
export async function sendRequest(store: Store<State>, dependencies: RequestDependencies): Promise<void> {
  const initial = store.read();
  const { image } = initial;
  if (initial.request.kind === "pending") return;
  if (image === undefined) {
    return store.update((state) => withRequest(state, { kind: "failed", error: imageRequired() }));
  }
  const isCurrent = (): boolean => store.read().image === image && store.read().task === initial.task;
  const show = (request: RequestState): void => {
    if (isCurrent()) store.update((state) => withRequest(state, request));
  };
  show({ kind: "pending", text: "", objects: [] });
  const result = await execute(store, dependencies, image, show);
  if (result.kind === "succeeded" && isCurrent()) {
    const displayed = await withDisplayUrl(dependencies, initial, image, result.reply.data);
    if (isCurrent()) store.update((state) => withRequest({ ...state, image: displayed }, result));
  } else show(result);
  dependencies.onShown();
}
