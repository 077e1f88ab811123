import { assignColours } from "../overlay/palette.ts";
import { copyBlock } from "./copy-block.ts";
import { byId, make } from "./dom.ts";
import { foundObjects } from "./overlay-view.ts";
import { problem } from "./problem.ts";
import { summaryOf } from "./sentences.ts";
import { type Shape, shapesOf, textIn } from "./shapes.ts";
import type { Outcome, State } from "./state.ts";
import type { Store } from "./store.ts";

type Mark = (index: number | undefined) => void;

function row(shape: Shape, index: number, colour: string, mark: Mark): HTMLElement {
  const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.background = colour;
  const name = shape.label === "" ? `object ${index + 1}` : shape.label;
  const button = make("button", { type: "button", class: "object" }, swatch, name);
  const element = make("tr", {}, make("th", { scope: "row" }, button), make("td", {}, shape.score.toFixed(3)));
  for (const event of ["pointerenter", "focusin"]) element.addEventListener(event, () => mark(index));
  for (const event of ["pointerleave", "focusout"]) element.addEventListener(event, () => mark(undefined));
  return element;
}

function objectsTable(shapes: readonly Shape[], mark: Mark): HTMLElement {
  const coloursOf = assignColours(shapes.map(({ label }) => label));
  const rows = shapes.map((shape, index) => row(shape, index, coloursOf(shape.label).fill, mark));
  const head = make("tr", {}, make("th", { scope: "col" }, "Object"), make("th", { scope: "col" }, "Score"));
  const caption = make("caption", { class: "unseen" }, "Objects; each can be pointed at to show it in the picture");
  return make("table", {}, caption, make("thead", {}, head), make("tbody", {}, ...rows));
}

function isDrawing(data: unknown): data is string {
  return typeof data === "string";
}

function drawing(svg: string): HTMLElement {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  return make("img", { class: "drawing", src: address, alt: "The answer drawn over its picture" });
}

function answerOf(outcome: Outcome, mark: Mark): readonly HTMLElement[] {
  const shapes = shapesOf(foundObjects(outcome));
  if (shapes.length > 0) return [objectsTable(shapes, mark)];
  return outcome.kind === "answered" && isDrawing(outcome.reply.data) ? [drawing(outcome.reply.data)] : [];
}

function statusOf(outcome: Outcome): string {
  if (outcome.kind === "asking") return outcome.text === "" && outcome.objects.length === 0 ? "Asking…" : "Answering…";
  if (outcome.kind === "none") return "Nothing has been asked yet.";
  if (outcome.kind === "failed") return "";
  const { data } = outcome.reply;
  if (isDrawing(data)) return "A drawing.";
  return isOther(outcome) ? "An answer in another form: see its JSON below." : summaryOf(data);
}

/** Whether an answer is neither a text nor objects: flat, raw or the reference's. */
function isOther(outcome: Outcome): boolean {
  if (outcome.kind !== "answered" || textIn(outcome.reply.data) !== undefined) return false;
  const { data } = outcome.reply;
  return !(typeof data === "object" && data !== null && "objects" in data);
}

function showJson({ outcome }: State): void {
  const isJson = outcome.kind === "answered" && !isDrawing(outcome.reply.data);
  byId("json-details", HTMLElement).hidden = !isJson;
  const text = isJson ? JSON.stringify(outcome.reply.data, null, 2) : "";
  // Nothing else shows an answer in another form.
  if (isJson && isOther(outcome)) byId("json-details", HTMLDetailsElement).open = true;
  byId("json", HTMLElement).replaceChildren(...(isJson ? [copyBlock(text, "The answer as JSON")] : []));
}

/** The answer in words, as a list, and as JSON; or what went wrong. */
export function showAnswer(store: Store<State>, mark: Mark): void {
  store.watch(
    ({ outcome }) => [outcome],
    (state) => {
      const { outcome } = state;
      byId("status", HTMLElement).textContent = statusOf(outcome);
      byId("answer", HTMLElement).replaceChildren(...answerOf(outcome, mark));
      byId("problem", HTMLElement).replaceChildren(...(outcome.kind === "failed" ? problem(outcome.error) : []));
      showJson(state);
    },
  );
}
