import { createFlorence } from "../client/florence.ts";
import { showAccount } from "./account-view.ts";
import { showAnswer } from "./answer-view.ts";
import { asError, loadDocument } from "./api.ts";
import { askLater, cancelJob } from "./ask-later.ts";
import { sendRequest } from "./send-request.ts";
import { showCode } from "./code-view.ts";
import { byId } from "./dom.ts";
import { showDomain } from "./domain-view.ts";
import { showFacts } from "./facts-view.ts";
import { showFields } from "./fields-view.ts";
import { showOverlay } from "./overlay-view.ts";
import { showJobs } from "./jobs-view.ts";
import { listenToImageInputs, withSampleValues } from "./image-inputs.ts";
import { showImage } from "./image-view.ts";
import { imageFromSample, imageFromUrl, isHttpUrl } from "./selected-image.ts";
import { hasPrices, loadPricing } from "./price.ts";
import { showRegion } from "./region-view.ts";
import { type Sample, samples } from "./samples.ts";
import { fromHash, toHash } from "./share.ts";
import { initialState, type State, withImage, withRequest } from "./state.ts";
import { createStore } from "./store.ts";
import { showTasks } from "./tasks-view.ts";

const florence = createFlorence({ baseUrl: location.origin });
const boundFetch: typeof globalThis.fetch = (input, init) => fetch(input, init);
const shared = fromHash(location.hash);
const store = createStore<State>({
  ...initialState,
  task: shared.task ?? initialState.task,
  region: shared.region ?? initialState.region,
});

function showError(thrown: unknown): void {
  store.update((state) => withRequest(state, { kind: "failed", error: asError(thrown) }));
}

async function chooseSample(sample: Sample, values: Readonly<Record<string, string>> = {}): Promise<void> {
  try {
    const image = await imageFromSample(sample, boundFetch);
    store.update((state) => {
      const withValues = withSampleValues(state, sample);
      return withImage({ ...withValues, values: { ...withValues.values, ...values } }, image);
    });
  } catch (thrown) {
    showError(thrown);
  }
}

/** Scrolls to the result: on a phone the image with its overlay is above the form. */
function scrollToResult(): void {
  const stage = byId("stage", HTMLElement);
  const { request } = store.read();
  const result = request.kind === "failed" ? byId("problem", HTMLElement) : stage;
  const { top, bottom } = result.getBoundingClientRect();
  if (bottom < 0 || top < 0 || top > innerHeight) result.scrollIntoView({ block: "nearest" });
}

function listenToForm(): void {
  const button = byId("ask", HTMLButtonElement);
  byId("question", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void sendRequest(store, { florence, now: () => performance.now(), onShown: scrollToResult });
  });
  store.watch(
    ({ request, image }) => [request.kind, image],
    ({ request, image }) => {
      const isPending = request.kind === "pending";
      // Not `disabled`: a disabled button loses the focus, and with it a screen reader loses its position.
      button.setAttribute("aria-disabled", String(isPending || image === undefined));
      button.textContent = isPending ? "Asking…" : "Ask";
    },
  );
}

async function load(): Promise<void> {
  const [{ tasks }, apiDocument, { models }] = await Promise.all([
    florence.tasks(),
    loadDocument(boundFetch),
    florence.models(),
  ]);
  const [model] = models;
  store.update((state) => ({ ...state, tasks, apiDocument, model }));
  const badge = byId("model", HTMLElement);
  badge.hidden = model === undefined;
  if (hasPrices(apiDocument)) {
    const pricing = await loadPricing(boundFetch);
    store.update((state) => ({ ...state, pricing }));
  }
  badge.textContent = model === undefined ? "" : `${model.id} · ${model.dtype} · ${model.image_size} px`;
}

/** Debounce interval for updates of the page's URL, in milliseconds: Safari refuses more than a hundred changes in half a minute. */
const URL_DEBOUNCE_MS = 400;

/** Updates the page's URL when the state changes, so that it can be shared. */
function syncUrl(): void {
  let timer = 0;
  store.watch(
    ({ task, image, values, region }) => [task, image, values, region],
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => history.replaceState(null, "", `#${toHash(store.read())}`), URL_DEBOUNCE_MS);
    },
  );
}

async function selectInitialImage(): Promise<void> {
  const { picture, values } = shared;
  const [first] = samples;
  const sample = samples.find(({ name }) => name === picture) ?? first;
  if (picture !== undefined && isHttpUrl(picture)) {
    store.update((state) => withImage({ ...state, values }, imageFromUrl(picture)));
  } else if (sample !== undefined) await chooseSample(sample, values);
  syncUrl();
}

const highlight = (index: number | undefined): void => store.update((state) => ({ ...state, highlighted: index }));
showTasks(store);
showAccount(store);
showFields(store);
showRegion(store);
showImage(store);
showOverlay(store, highlight);
showAnswer(store, highlight);
showDomain(store);
showFacts(store);
showCode(store, location.origin);
listenToImageInputs(store, (sample) => void chooseSample(sample));
listenToForm();
showJobs(store, {
  ask: () => void askLater(store, { florence, now: () => performance.now(), onShown: scrollToResult }),
  cancel: (id) => void cancelJob(store, florence, id),
  onShown: scrollToResult,
});
void load().catch(showError);
void selectInitialImage();
