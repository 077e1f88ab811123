import { assignColours, type LabelColours } from "../overlay/palette.ts";
import { byId, createElement, createSvgElement, percent } from "./dom.ts";
import { objectsIn, type Shape, shapesOf } from "./shapes.ts";
import type { RequestState, State } from "./state.ts";
import type { Store } from "./store.ts";

/** Returns the objects received so far. */
export function objectsOf(request: RequestState): readonly unknown[] {
  if (request.kind === "pending") return request.objects;
  return request.kind === "succeeded" ? objectsIn(request.reply.data) : [];
}

function outlineElement({ rings, isFilled }: Shape, colour: string): SVGElement {
  const polygons = rings.map((ring) =>
    createSvgElement("polygon", {
      points: ring.map(({ x, y }) => `${x},${y}`).join(" "),
      "vector-effect": "non-scaling-stroke",
    }),
  );
  return createSvgElement(
    "g",
    { stroke: colour, fill: isFilled ? colour : "transparent", class: isFilled ? "shape filled" : "shape" },
    ...polygons,
  );
}

function labelElement({ label, box }: Shape, { fill, text }: LabelColours): HTMLElement {
  const element = createElement("span", { class: "label" }, label);
  element.hidden = label === "";
  element.style.left = percent(Math.max(0, box.x1));
  element.style.top = percent(Math.max(0, box.y1));
  element.style.background = fill;
  element.style.color = text;
  return element;
}

/** Positions labels: above their boxes, or inside at the upper edge of the image; shifted left if they exceed its right edge. */
function keepInside(labels: readonly HTMLElement[], frame: HTMLElement): void {
  for (const element of labels) {
    element.style.marginLeft = "0";
    element.classList.toggle("within", element.offsetTop < element.offsetHeight);
    const over = element.offsetLeft + element.offsetWidth - frame.clientWidth;
    if (over > 0) element.style.marginLeft = `${-over}px`;
  }
}

/** Renders shapes and labels over the image, and highlights the one under the pointer. */
export function showOverlay(store: Store<State>, highlight: (index: number | undefined) => void): void {
  const overlay = byId("overlay", SVGElement);
  const labels = byId("labels", HTMLElement);
  const frame = byId("frame", HTMLElement);
  let labelElements: readonly HTMLElement[] = [];
  // Also when the displayed size of the image changes, as on a rotated phone.
  new ResizeObserver(() => keepInside(labelElements, frame)).observe(frame);
  store.watch(
    ({ request }) => [request],
    ({ request }) => {
      const shapes = shapesOf(objectsOf(request));
      const coloursOf = assignColours(shapes.map((shape) => shape.label));
      const outlines = shapes.map((shape) => outlineElement(shape, coloursOf(shape.label).fill));
      for (const [index, each] of outlines.entries()) each.addEventListener("pointerenter", () => highlight(index));
      for (const each of outlines) each.addEventListener("pointerleave", () => highlight(undefined));
      labelElements = shapes.map((shape) => labelElement(shape, coloursOf(shape.label)));
      overlay.replaceChildren(...outlines);
      labels.replaceChildren(...labelElements);
      keepInside(labelElements, frame);
    },
  );
  store.watch(
    ({ highlighted }) => [highlighted],
    ({ highlighted }) => {
      for (const parent of [overlay, labels]) {
        parent.classList.toggle("has-marked", highlighted !== undefined);
        for (const [index, child] of [...parent.children].entries()) {
          child.classList.toggle("is-marked", index === highlighted);
        }
      }
    },
  );
}
