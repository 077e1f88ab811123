import { assignColours } from "../overlay/palette.ts";
import { byId, draw, make, percent } from "./dom.ts";
import { objectsIn, type Shape, shapesOf } from "./shapes.ts";
import type { Outcome, State } from "./state.ts";
import type { Store } from "./store.ts";

/** The objects that are there so far. */
export function foundObjects(outcome: Outcome): readonly unknown[] {
  if (outcome.kind === "asking") return outcome.objects;
  return outcome.kind === "answered" ? objectsIn(outcome.reply.data) : [];
}

function outline({ rings, isFilled }: Shape, colour: string): SVGElement {
  const polygons = rings.map((ring) =>
    draw("polygon", { points: ring.map(({ x, y }) => `${x},${y}`).join(" "), "vector-effect": "non-scaling-stroke" }),
  );
  return draw(
    "g",
    { stroke: colour, fill: isFilled ? colour : "transparent", class: isFilled ? "shape filled" : "shape" },
    ...polygons,
  );
}

function label({ label: text, box }: Shape, ink: { readonly fill: string; readonly text: string }): HTMLElement {
  const element = make("span", { class: "label" }, text);
  element.hidden = text === "";
  element.style.left = percent(Math.max(0, box.x1));
  element.style.top = percent(Math.max(0, box.y1));
  element.style.background = ink.fill;
  element.style.color = ink.text;
  return element;
}

/** Labels stand above their boxes; at the upper edge, within. At the right edge they end where the picture does. */
function keepInside(labels: readonly HTMLElement[], frame: HTMLElement): void {
  for (const element of labels) {
    element.style.marginLeft = "0";
    element.classList.toggle("within", element.offsetTop < element.offsetHeight);
    const over = element.offsetLeft + element.offsetWidth - frame.clientWidth;
    if (over > 0) element.style.marginLeft = `${-over}px`;
  }
}

/** Shapes and labels over the picture; the one that is pointed at stands out. */
export function showOverlay(store: Store<State>, mark: (index: number | undefined) => void): void {
  const overlay = byId("overlay", SVGElement);
  const labels = byId("labels", HTMLElement);
  const frame = byId("frame", HTMLElement);
  let written: readonly HTMLElement[] = [];
  // Also once the picture is shown at another size, as on a phone that is turned.
  new ResizeObserver(() => keepInside(written, frame)).observe(frame);
  store.watch(
    ({ outcome }) => [outcome],
    ({ outcome }) => {
      const shapes = shapesOf(foundObjects(outcome));
      const coloursOf = assignColours(shapes.map((shape) => shape.label));
      const outlines = shapes.map((shape) => outline(shape, coloursOf(shape.label).fill));
      for (const [index, each] of outlines.entries()) each.addEventListener("pointerenter", () => mark(index));
      for (const each of outlines) each.addEventListener("pointerleave", () => mark(undefined));
      written = shapes.map((shape) => label(shape, coloursOf(shape.label)));
      overlay.replaceChildren(...outlines);
      labels.replaceChildren(...written);
      keepInside(written, frame);
    },
  );
  store.watch(
    ({ marked }) => [marked],
    ({ marked }) => {
      for (const parent of [overlay, labels]) {
        parent.classList.toggle("has-marked", marked !== undefined);
        for (const [index, child] of [...parent.children].entries()) {
          child.classList.toggle("is-marked", index === marked);
        }
      }
    },
  );
}
