import { byId } from "./dom.ts";
import { textIn } from "./shapes.ts";
import type { RequestState, State } from "./state.ts";
import type { Store } from "./store.ts";

/** Renders the image as large as the space allows. An image that cannot be displayed gets an empty frame of its size, once the size is known. */
function showFrame({ image }: State): void {
  const frame = byId("frame", HTMLElement);
  const element = byId("picture", HTMLImageElement);
  const { width = 0, height = 0 } = image?.size ?? {};
  frame.hidden = width === 0;
  frame.style.aspectRatio = `${width} / ${height}`;
  frame.style.setProperty("--ratio", String(height === 0 ? 1 : width / height));
  element.hidden = image?.displayUrl === undefined;
  if (element.src !== image?.displayUrl) URL.revokeObjectURL(element.src);
  if (image?.displayUrl === undefined) element.removeAttribute("src");
  else element.src = image.displayUrl;
  element.alt = image?.description === "" ? image.name : (image?.description ?? "");
}

function hintText({ image }: State): string {
  if (image === undefined) return "Drop a picture here, paste one, or pick a sample.";
  return typeof image.source === "string"
    ? "The picture comes with its answer."
    : `${image.name} cannot be shown by this browser.`;
}

function showHint(state: State): void {
  const hint = byId("stage-hint", HTMLElement);
  hint.hidden = state.image?.size !== undefined;
  hint.textContent = hintText(state);
  byId("picture-note", HTMLElement).textContent = state.image?.note ?? "";
}

/** Returns the text received so far; `undefined` if the answer is not a text. */
function textOf(request: RequestState): string | undefined {
  if (request.kind === "succeeded") return textIn(request.reply.data);
  return request.kind === "pending" && request.text !== "" ? request.text : undefined;
}

function showCaption({ request }: State): void {
  const caption = byId("caption", HTMLElement);
  const text = textOf(request);
  caption.hidden = text === undefined;
  caption.textContent = text ?? "";
}

/** Renders the image, the text of the answer, and the pending state. */
export function showImage(store: Store<State>): void {
  store.watch(
    ({ image }) => [image],
    (state) => {
      showFrame(state);
      showHint(state);
    },
  );
  store.watch(
    ({ request }) => [request],
    (state) => {
      showCaption(state);
      byId("stage", HTMLElement).classList.toggle("is-asking", state.request.kind === "pending");
    },
  );
}
