import { byId, make } from "./dom.ts";
import { pictureAt, pictureOf, sampleAddress } from "./selected-image.ts";
import { type Sample, samples } from "./samples.ts";
import { type Picture, type State, withPicture } from "./state.ts";
import type { Store } from "./store.ts";

/** The name of a picture that came without one. */
const UNNAMED = "picture";

/** Takes a picture once it is ready, unless another was chosen meanwhile. */
async function take(store: Store<State>, ready: Promise<Picture>): Promise<void> {
  const { picture: before } = store.read();
  const picture = await ready;
  if (store.read().picture === before) store.update((state) => withPicture(state, picture));
}

/** The words of a sample go with its picture. */
export function withSample(state: State, { text, labels }: Sample): State {
  return { ...state, values: { ...state.values, "text.text": text, "labels.labels": labels.join("\n") } };
}

function listenToFiles(store: Store<State>): void {
  for (const id of ["file", "camera"]) {
    const input = byId(id, HTMLInputElement);
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file !== undefined) void take(store, pictureOf(file, file.name));
      input.value = "";
    });
  }
}

function droppedFile(transfer: DataTransfer | null): File | undefined {
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
    const file = droppedFile(event.dataTransfer);
    if (file !== undefined) void take(store, pictureOf(file, file.name));
  });
  document.addEventListener("paste", (event) => {
    const file = droppedFile(event.clipboardData);
    if (file !== undefined) void take(store, pictureOf(file, file.name === "" ? UNNAMED : file.name));
  });
}

function listenToAddress(store: Store<State>): void {
  byId("address-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    store.update((state) => withPicture(state, pictureAt(byId("address", HTMLInputElement).value.trim())));
  });
}

function showSamples(store: Store<State>, choose: (sample: Sample) => void): void {
  const buttons = samples.map((sample) => {
    const image = make("img", { src: sampleAddress(sample), alt: sample.description, width: "72", height: "72" });
    const button = make("button", { type: "button", class: "sample" }, image);
    button.addEventListener("click", () => choose(sample));
    return button;
  });
  byId("samples", HTMLElement).replaceChildren(...buttons.map((button) => make("li", {}, button)));
  store.watch(
    ({ picture }) => [picture],
    ({ picture }) => {
      for (const [index, { description }] of samples.entries()) {
        buttons[index]?.setAttribute("aria-pressed", String(picture?.description === description));
      }
    },
  );
}

/** Every way in for a picture: samples, a file, a photo, a drop, a paste, an address. */
export function listenToPictures(store: Store<State>, choose: (sample: Sample) => void): void {
  showSamples(store, choose);
  listenToFiles(store);
  listenToDrops(store);
  listenToAddress(store);
}
