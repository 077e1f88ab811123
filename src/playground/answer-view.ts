import { assignColours } from "../overlay/palette.ts";
import { copyBlock } from "./copy-block.ts";
import { byId, createElement } from "./dom.ts";
import { objectsOf } from "./overlay-view.ts";
import { problemElements } from "./problem.ts";
import { summaryOf } from "./sentences.ts";
import { type Shape, shapesOf, textIn } from "./shapes.ts";
import type { RequestState, State } from "./state.ts";
import type { Store } from "./store.ts";

type Highlight = (index: number | undefined) => void;

function objectRow(shape: Shape, index: number, colour: string, highlight: Highlight): HTMLElement {
  const swatch = createElement("span", { class: "swatch", "aria-hidden": "true" });
  swatch.style.background = colour;
  const name = shape.label === "" ? `object ${index + 1}` : shape.label;
  const button = createElement("button", { type: "button", class: "object" }, swatch, name);
  const element = createElement(
    "tr",
    {},
    createElement("th", { scope: "row" }, button),
    createElement("td", {}, shape.score.toFixed(3)),
  );
  for (const event of ["pointerenter", "focusin"]) element.addEventListener(event, () => highlight(index));
  for (const event of ["pointerleave", "focusout"]) element.addEventListener(event, () => highlight(undefined));
  return element;
}

function objectsTable(shapes: readonly Shape[], highlight: Highlight): HTMLElement {
  const coloursOf = assignColours(shapes.map(({ label }) => label));
  const rows = shapes.map((shape, index) => objectRow(shape, index, coloursOf(shape.label).fill, highlight));
  const headerRow = createElement(
    "tr",
    {},
    createElement("th", { scope: "col" }, "Object"),
    createElement("th", { scope: "col" }, "Score"),
  );
  const caption = createElement(
    "caption",
    { class: "unseen" },
    "Objects; each can be pointed at to show it in the picture",
  );
  return createElement(
    "table",
    {},
    caption,
    createElement("thead", {}, headerRow),
    createElement("tbody", {}, ...rows),
  );
}

function isSvg(data: unknown): data is string {
  return typeof data === "string";
}

function svgImage(svg: string): HTMLElement {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  return createElement("img", { class: "drawing", src: url, alt: "The answer drawn over its picture" });
}

function answerElements(request: RequestState, highlight: Highlight): readonly HTMLElement[] {
  const shapes = shapesOf(objectsOf(request));
  if (shapes.length > 0) return [objectsTable(shapes, highlight)];
  return request.kind === "succeeded" && isSvg(request.reply.data) ? [svgImage(request.reply.data)] : [];
}

function statusText(request: RequestState): string {
  if (request.kind === "pending") return request.text === "" && request.objects.length === 0 ? "Asking…" : "Answering…";
  if (request.kind === "idle") return "Nothing has been asked yet.";
  if (request.kind === "failed") return "";
  const { data } = request.reply;
  if (isSvg(data)) return "A drawing.";
  return hasOtherForm(request) ? "An answer in another form: see its JSON below." : summaryOf(data);
}

/** Returns whether an answer is neither text nor objects: the flat, raw or reference format. */
function hasOtherForm(request: RequestState): boolean {
  if (request.kind !== "succeeded" || textIn(request.reply.data) !== undefined) return false;
  const { data } = request.reply;
  return !(typeof data === "object" && data !== null && "objects" in data);
}

function showJson({ request }: State): void {
  const isJson = request.kind === "succeeded" && !isSvg(request.reply.data);
  byId("json-details", HTMLElement).hidden = !isJson;
  const text = isJson ? JSON.stringify(request.reply.data, null, 2) : "";
  // An answer in another form is shown only here.
  if (isJson && hasOtherForm(request)) byId("json-details", HTMLDetailsElement).open = true;
  byId("json", HTMLElement).replaceChildren(...(isJson ? [copyBlock(text, "The answer as JSON")] : []));
}

/** Renders the answer as text, as a list of objects and as JSON; or the error. */
export function showAnswer(store: Store<State>, highlight: Highlight): void {
  store.watch(
    ({ request }) => [request],
    (state) => {
      const { request } = state;
      byId("status", HTMLElement).textContent = statusText(request);
      byId("answer", HTMLElement).replaceChildren(...answerElements(request, highlight));
      byId("problem", HTMLElement).replaceChildren(
        ...(request.kind === "failed" ? problemElements(request.error) : []),
      );
      showJson(state);
    },
  );
}
