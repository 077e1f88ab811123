import { byId } from "./dom.ts";
import { textIn } from "./shapes.ts";
import type { Outcome, State } from "./state.ts";
import type { Store } from "./store.ts";

/** The picture, as large as there is room. A picture that cannot be shown yet has a ground of its size, once that is known. */
function showFrame({ picture }: State): void {
  const frame = byId("frame", HTMLElement);
  const image = byId("picture", HTMLImageElement);
  const { width = 0, height = 0 } = picture?.size ?? {};
  frame.hidden = width === 0;
  frame.style.aspectRatio = `${width} / ${height}`;
  frame.style.setProperty("--ratio", String(height === 0 ? 1 : width / height));
  image.hidden = picture?.shown === undefined;
  if (image.src !== picture?.shown) URL.revokeObjectURL(image.src);
  if (picture?.shown === undefined) image.removeAttribute("src");
  else image.src = picture.shown;
  image.alt = picture?.description === "" ? picture.name : (picture?.description ?? "");
}

function hintOf({ picture }: State): string {
  if (picture === undefined) return "Drop a picture here, paste one, or pick a sample.";
  return typeof picture.image === "string"
    ? "The picture comes with its answer."
    : `${picture.name} cannot be shown by this browser.`;
}

function showHint(state: State): void {
  const hint = byId("stage-hint", HTMLElement);
  hint.hidden = state.picture?.size !== undefined;
  hint.textContent = hintOf(state);
  byId("picture-note", HTMLElement).textContent = state.picture?.note ?? "";
}

/** What is read or written so far; `undefined` where the answer is no text. */
function textOf(outcome: Outcome): string | undefined {
  if (outcome.kind === "answered") return textIn(outcome.reply.data);
  return outcome.kind === "asking" && outcome.text !== "" ? outcome.text : undefined;
}

function showCaption({ outcome }: State): void {
  const caption = byId("caption", HTMLElement);
  const text = textOf(outcome);
  caption.hidden = text === undefined;
  caption.textContent = text ?? "";
}

/** The picture, what is said of it, and whether an answer is on its way. */
export function showPicture(store: Store<State>): void {
  store.watch(
    ({ picture }) => [picture],
    (state) => {
      showFrame(state);
      showHint(state);
    },
  );
  store.watch(
    ({ outcome }) => [outcome],
    (state) => {
      showCaption(state);
      byId("stage", HTMLElement).classList.toggle("is-asking", state.outcome.kind === "asking");
    },
  );
}
