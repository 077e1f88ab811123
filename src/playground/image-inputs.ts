import { byId, createElement } from "./dom.ts";
import { imageFromFile, imageFromUrl, sampleUrl } from "./selected-image.ts";
import { type Sample, samples } from "./samples.ts";
import { type SelectedImage, type State, withImage } from "./state.ts";
import type { Store } from "./store.ts";

/** Name of an image without a file name. */
const UNNAMED = "picture";

/** Selects an image once it is loaded, unless another was selected meanwhile. */
async function selectWhenLoaded(store: Store<State>, loading: Promise<SelectedImage>): Promise<void> {
  const { image: previous } = store.read();
  const image = await loading;
  if (store.read().image === previous) store.update((state) => withImage(state, image));
}

/** Fills in the text and labels of a sample. */
export function withSampleValues(state: State, { text, labels }: Sample): State {
  return { ...state, values: { ...state.values, "text.text": text, "labels.labels": labels.join("\n") } };
}

function listenToFiles(store: Store<State>): void {
  for (const id of ["file", "camera"]) {
    const input = byId(id, HTMLInputElement);
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file !== undefined) void selectWhenLoaded(store, imageFromFile(file, file.name));
      input.value = "";
    });
  }
}

function firstFile(transfer: DataTransfer | null): File | undefined {
  return [...(transfer?.files ?? [])][0];
}

function listenToDrops(store: Store<State>): void {
  const stage = byId("stage", HTMLElement);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    stage.classList.add("is-over");
  });
  for (const end of ["dragleave", "drop"]) document.addEventListener(end, () => stage.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = firstFile(event.dataTransfer);
    if (file !== undefined) void selectWhenLoaded(store, imageFromFile(file, file.name));
  });
  document.addEventListener("paste", (event) => {
    const file = firstFile(event.clipboardData);
    if (file !== undefined) void selectWhenLoaded(store, imageFromFile(file, file.name === "" ? UNNAMED : file.name));
  });
}

function listenToUrlForm(store: Store<State>): void {
  byId("address-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    store.update((state) => withImage(state, imageFromUrl(byId("address", HTMLInputElement).value.trim())));
  });
}

function showSamples(store: Store<State>, choose: (sample: Sample) => void): void {
  const buttons = samples.map((sample) => {
    const thumbnail = createElement("img", {
      src: sampleUrl(sample),
      alt: sample.description,
      width: "72",
      height: "72",
    });
    const button = createElement("button", { type: "button", class: "sample" }, thumbnail);
    button.addEventListener("click", () => choose(sample));
    return button;
  });
  byId("samples", HTMLElement).replaceChildren(...buttons.map((button) => createElement("li", {}, button)));
  store.watch(
    ({ image }) => [image],
    ({ image }) => {
      for (const [index, { description }] of samples.entries()) {
        buttons[index]?.setAttribute("aria-pressed", String(image?.description === description));
      }
    },
  );
}

/** Binds all inputs for an image: samples, file, camera, drop, paste and URL. */
export function listenToImageInputs(store: Store<State>, choose: (sample: Sample) => void): void {
  showSamples(store, choose);
  listenToFiles(store);
  listenToDrops(store);
  listenToUrlForm(store);
}
