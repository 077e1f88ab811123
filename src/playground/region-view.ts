import type { Box } from "../client/florence.ts";
import { byId, make, percent } from "./dom.ts";
import { arrowDistance, between, fromPixels, type Grip, inPixels, moved, type Place, rounded } from "./region.ts";
import { chosenTask, type State, withRegion } from "./state.ts";
import type { Store } from "./store.ts";

const grips: readonly { readonly grip: Grip; readonly id: string; readonly title: string }[] = [
  { grip: "whole", id: "region-whole", title: "Region. Arrow keys move it, with Shift further." },
  { grip: "start", id: "region-start", title: "Upper left corner of the region. Arrow keys move it." },
  { grip: "end", id: "region-end", title: "Lower right corner of the region. Arrow keys move it." },
];
const corners = ["x1", "y1", "x2", "y2"] as const;

function needsRegion(state: State): boolean {
  return chosenTask(state)?.input === "region";
}

/** Where a pointer is in the picture; in 0..1, and beyond where it has left it. */
function placeOf({ clientX, clientY }: PointerEvent): Place {
  const { left, top, width, height } = byId("frame", HTMLElement).getBoundingClientRect();
  return { x: (clientX - left) / width, y: (clientY - top) / height };
}

/** Follows a pointer until it is let go. `follow` is told where it began and where it is. */
function drag(begun: PointerEvent, element: HTMLElement, follow: (from: Place, to: Place) => void): void {
  const from = placeOf(begun);
  const ended = new AbortController();
  const { signal } = ended;
  element.setPointerCapture(begun.pointerId);
  element.addEventListener("pointermove", (event) => follow(from, placeOf(event)), { signal });
  for (const end of ["pointerup", "pointercancel"] as const) {
    element.addEventListener(end, () => ended.abort(), { signal });
  }
}

function listenToGrips(store: Store<State>): void {
  for (const { grip, id, title } of grips) {
    const button = byId(id, HTMLButtonElement);
    button.setAttribute("aria-label", title);
    button.addEventListener("keydown", (event) => {
      const distance = arrowDistance(event.key, event.shiftKey);
      if (distance === undefined) return;
      event.preventDefault();
      store.update((state) => withRegion(state, moved(state.region, grip, distance)));
    });
    if (grip === "whole") continue;
    button.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      const { region } = store.read();
      drag(event, button, (from, to) =>
        store.update((state) => withRegion(state, moved(region, grip, { x: to.x - from.x, y: to.y - from.y }))),
      );
    });
  }
}

/** Drawing anew begins anywhere in the picture, also within the old region. */
function listenToPicture(store: Store<State>): void {
  const frame = byId("frame", HTMLElement);
  frame.addEventListener("pointerdown", (event) => {
    if (!needsRegion(store.read()) || event.button !== 0) return;
    event.preventDefault();
    drag(event, frame, (from, to) => store.update((state) => withRegion(state, between(from, to))));
  });
}

/** The region's numbers as they are shown: pixels, or parts of the picture where its size is not known. */
function shownNumbers({ region, picture }: State): Box {
  return picture?.size === undefined ? rounded(region) : inPixels(region, picture.size);
}

function readNumbers(store: Store<State>): void {
  const typed = corners.map((name) => Number(byId(`region-${name}`, HTMLInputElement).value));
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = typed;
  if (typed.some((value) => !Number.isFinite(value))) return;
  const { size } = store.read().picture ?? {};
  const region =
    size === undefined ? between({ x: x1, y: y1 }, { x: x2, y: y2 }) : fromPixels({ x1, y1, x2, y2 }, size);
  store.update((state) => withRegion(state, region));
}

function makeNumbers(store: Store<State>): void {
  const inputs = corners.map((name) => {
    const input = make("input", { id: `region-${name}`, type: "number", step: "any", min: "0", inputmode: "decimal" });
    input.addEventListener("change", () => readNumbers(store));
    return make("label", {}, name, input);
  });
  byId("region-numbers", HTMLElement).replaceChildren(...inputs);
}

function place(state: State): void {
  const { x1, y1, x2, y2 } = state.region;
  const { style } = byId("region", HTMLElement);
  style.left = percent(x1);
  style.top = percent(y1);
  style.width = percent(x2 - x1);
  style.height = percent(y2 - y1);
  const numbers = shownNumbers(state);
  for (const name of corners) byId(`region-${name}`, HTMLInputElement).value = String(numbers[name]);
}

/** The region: drawn with a pointer, moved with the arrow keys, or typed. */
export function showRegion(store: Store<State>): void {
  listenToGrips(store);
  listenToPicture(store);
  makeNumbers(store);
  store.watch(
    ({ tasks, task, picture }) => [tasks, task, picture],
    (state) => {
      const isNeeded = needsRegion(state);
      byId("region", HTMLElement).hidden = !isNeeded;
      byId("region-fields", HTMLElement).hidden = !isNeeded;
      byId("stage", HTMLElement).classList.toggle("takes-region", isNeeded);
      const unit = state.picture?.size === undefined ? "in parts of the picture, 0 to 1" : "in pixels";
      byId("region-unit", HTMLElement).textContent = `Draw it on the picture, or type its corners ${unit}.`;
      place(state);
    },
  );
  store.watch(({ region }) => [region], place);
}
