import { createFlorence } from "../client/florence.ts";
import { showAnswer } from "./answer-view.ts";
import { asError, loadDocument } from "./api.ts";
import { askNow } from "./send-request.ts";
import { showCode } from "./code-view.ts";
import { byId } from "./dom.ts";
import { showFacts } from "./facts-view.ts";
import { showFields } from "./fields-view.ts";
import { showOverlay } from "./overlay-view.ts";
import { listenToPictures, withSample } from "./image-inputs.ts";
import { showPicture } from "./image-view.ts";
import { isAddress, pictureAt, pictureOfSample } from "./selected-image.ts";
import { showRegion } from "./region-view.ts";
import { type Sample, samples } from "./samples.ts";
import { fromHash, toHash } from "./share.ts";
import { initialState, type State, withOutcome, withPicture } from "./state.ts";
import { createStore } from "./store.ts";
import { showTasks } from "./tasks-view.ts";

const florence = createFlorence({ baseUrl: location.origin });
const fetchHere: typeof globalThis.fetch = (input, init) => fetch(input, init);
const shared = fromHash(location.hash);
const store = createStore<State>({
  ...initialState,
  task: shared.task ?? initialState.task,
  region: shared.region ?? initialState.region,
});

function fail(thrown: unknown): void {
  store.update((state) => withOutcome(state, { kind: "failed", error: asError(thrown) }));
}

async function chooseSample(sample: Sample, values: Readonly<Record<string, string>> = {}): Promise<void> {
  try {
    const picture = await pictureOfSample(sample, fetchHere);
    store.update((state) => {
      const withWords = withSample(state, sample);
      return withPicture({ ...withWords, values: { ...withWords.values, ...values } }, picture);
    });
  } catch (thrown) {
    fail(thrown);
  }
}

/** On a phone the picture is above the question: what was found is shown there. */
function bringIntoView(): void {
  const stage = byId("stage", HTMLElement);
  const { outcome } = store.read();
  const shown = outcome.kind === "failed" ? byId("problem", HTMLElement) : stage;
  const { top, bottom } = shown.getBoundingClientRect();
  if (bottom < 0 || top < 0 || top > innerHeight) shown.scrollIntoView({ block: "nearest" });
}

function listenToQuestion(): void {
  const button = byId("ask", HTMLButtonElement);
  byId("question", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void askNow(store, { florence, now: () => performance.now(), onShown: bringIntoView });
  });
  store.watch(
    ({ outcome, picture }) => [outcome.kind, picture],
    ({ outcome, picture }) => {
      const isAsking = outcome.kind === "asking";
      // Not disabled: a button that is loses the focus, and whoever cannot see it with it.
      button.setAttribute("aria-disabled", String(isAsking || picture === undefined));
      button.textContent = isAsking ? "Asking…" : "Ask";
    },
  );
}

async function load(): Promise<void> {
  const [{ tasks }, described, { models }] = await Promise.all([
    florence.tasks(),
    loadDocument(fetchHere),
    florence.models(),
  ]);
  store.update((state) => ({ ...state, tasks, document: described }));
  const [model] = models;
  const badge = byId("model", HTMLElement);
  badge.hidden = model === undefined;
  badge.textContent = model === undefined ? "" : `${model.id} · ${model.dtype} · ${model.image_size} px`;
}

/** How long the page's address may lag behind, in milliseconds: Safari refuses to change it more than a hundred times in half a minute. */
const ADDRESS_LAG_MS = 400;

/** The address always asks the same again. */
function keepAddress(): void {
  let waiting = 0;
  store.watch(
    ({ task, picture, values, region }) => [task, picture, values, region],
    () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => history.replaceState(null, "", `#${toHash(store.read())}`), ADDRESS_LAG_MS);
    },
  );
}

async function begin(): Promise<void> {
  const { picture, values } = shared;
  const [first] = samples;
  const sample = samples.find(({ name }) => name === picture) ?? first;
  if (picture !== undefined && isAddress(picture)) {
    store.update((state) => withPicture({ ...state, values }, pictureAt(picture)));
  } else if (sample !== undefined) await chooseSample(sample, values);
  keepAddress();
}

const mark = (index: number | undefined): void => store.update((state) => ({ ...state, marked: index }));
showTasks(store);
showFields(store);
showRegion(store);
showPicture(store);
showOverlay(store, mark);
showAnswer(store, mark);
showFacts(store);
showCode(store, location.origin);
listenToPictures(store, (sample) => void chooseSample(sample));
listenToQuestion();
void load().catch(fail);
void begin();
