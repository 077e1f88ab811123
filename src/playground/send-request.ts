import { type Florence, FlorenceError } from "../client/florence.ts";
import type { AnswerEvent } from "../client/contract.ts";
import { asError, ask, pictureFromDrawing } from "./api.ts";
import { optionsOf } from "./options.ts";
import { type Outcome, type Picture, type State, withOutcome } from "./state.ts";
import type { Store } from "./store.ts";

/** What asking needs of the createManualClock. */
export interface Asking {
  readonly florence: Florence;
  /** Milliseconds, from anywhere. */
  readonly now: () => number;
  /** Called when there is something to see. */
  readonly onShown: () => void;
}

function isEvents(data: unknown): data is AsyncIterable<AnswerEvent> {
  return typeof data === "object" && data !== null && Symbol.asyncIterator in data;
}

/** Reads a stream to its end, and shows what there is so far. */
async function whole(events: AsyncIterable<AnswerEvent>, show: (outcome: Outcome) => void): Promise<unknown> {
  let text = "";
  const objects: unknown[] = [];
  for await (const event of events) {
    if (event.type === "done") return event.answer;
    if (event.type === "delta") text += event.text;
    if (event.type === "object") objects.push(event.object);
    show({ kind: "asking", text, objects: objects.slice() });
  }
  return undefined;
}

async function answered(
  store: Store<State>,
  asking: Asking,
  picture: Picture,
  show: (outcome: Outcome) => void,
): Promise<Outcome> {
  const { florence, now } = asking;
  const state = store.read();
  const begun = now();
  try {
    const { data, cache, timings, requestId } = await ask(florence, state.task, picture, optionsOf(state));
    const read = isEvents(data) ? await whole(data, show) : data;
    return { kind: "answered", reply: { data: read, cache, timings, requestId, ms: now() - begun } };
  } catch (thrown) {
    return { kind: "failed", error: asError(thrown) };
  }
}

function noPicture(): FlorenceError {
  return new FlorenceError("image-required", "There is no picture yet.", {
    fix: "Pick a sample, or a picture of yours.",
  });
}

function sizeIn(data: unknown): Picture["size"] {
  if (typeof data !== "object" || data === null || !("source" in data)) return undefined;
  const { source } = data;
  if (typeof source !== "object" || source === null || !("width" in source && "height" in source)) return undefined;
  return { width: Number(source.width), height: Number(source.height) };
}

/** A picture that only the API may load, as it sends it along. What fails here fails quietly: the answer is there. */
async function shownPicture({ florence }: Asking, state: State, picture: Picture, data: unknown): Promise<Picture> {
  if (picture.shown !== undefined || typeof picture.image !== "string") return picture;
  const shown = await pictureFromDrawing(florence, state.task, picture, optionsOf(state)).catch(() => undefined);
  return { ...picture, shown, size: sizeIn(data), note: "" };
}

/** Asks what the page says, and shows what comes of it unless another picture, task or question has come first. */
export async function askNow(store: Store<State>, asking: Asking): Promise<void> {
  const begun = store.read();
  const { picture } = begun;
  if (begun.outcome.kind === "asking") return;
  if (picture === undefined) return store.update((state) => withOutcome(state, { kind: "failed", error: noPicture() }));
  const isStill = (): boolean => store.read().picture === picture && store.read().task === begun.task;
  const show = (outcome: Outcome): void => {
    if (isStill()) store.update((state) => withOutcome(state, outcome));
  };
  show({ kind: "asking", text: "", objects: [] });
  const outcome = await answered(store, asking, picture, show);
  if (outcome.kind === "answered" && isStill()) {
    const shown = await shownPicture(asking, begun, picture, outcome.reply.data);
    if (isStill()) store.update((state) => withOutcome({ ...state, picture: shown }, outcome));
  } else show(outcome);
  asking.onShown();
}
