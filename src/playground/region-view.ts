import type { Box } from "../client/florence.ts";
import { byId, createElement, percent } from "./dom.ts";
import {
  arrowKeyOffset,
  fromPixels,
  type Handle,
  moveHandle,
  type Point,
  regionBetween,
  roundRegion,
  toPixels,
} from "./region.ts";
import { chosenTask, type State, withRegion } from "./state.ts";
import type { Store } from "./store.ts";

const handles: readonly { readonly handle: Handle; readonly id: string; readonly title: string }[] = [
  { handle: "whole", id: "region-whole", title: "Region. Arrow keys move it, with Shift further." },
  { handle: "start", id: "region-start", title: "Upper left corner of the region. Arrow keys move it." },
  { handle: "end", id: "region-end", title: "Lower right corner of the region. Arrow keys move it." },
];
const corners = ["x1", "y1", "x2", "y2"] as const;

function needsRegion(state: State): boolean {
  return chosenTask(state)?.input === "region";
}

/** Returns the position of a pointer relative to the image: 0..1 inside the image, beyond that outside. */
function pointOf({ clientX, clientY }: PointerEvent): Point {
  const { left, top, width, height } = byId("frame", HTMLElement).getBoundingClientRect();
  return { x: (clientX - left) / width, y: (clientY - top) / height };
}

/** Tracks a pointer until it is released. Calls `onMove` with its start and its current position. */
function trackDrag(start: PointerEvent, element: HTMLElement, onMove: (from: Point, to: Point) => void): void {
  const from = pointOf(start);
  const ended = new AbortController();
  const { signal } = ended;
  element.setPointerCapture(start.pointerId);
  element.addEventListener("pointermove", (event) => onMove(from, pointOf(event)), { signal });
  for (const end of ["pointerup", "pointercancel"] as const) {
    element.addEventListener(end, () => ended.abort(), { signal });
  }
}

function listenToHandles(store: Store<State>): void {
  for (const { handle, id, title } of handles) {
    const button = byId(id, HTMLButtonElement);
    button.setAttribute("aria-label", title);
    button.addEventListener("keydown", (event) => {
      const offset = arrowKeyOffset(event.key, event.shiftKey);
      if (offset === undefined) return;
      event.preventDefault();
      store.update((state) => withRegion(state, moveHandle(state.region, handle, offset)));
    });
    if (handle === "whole") continue;
    button.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      const { region } = store.read();
      trackDrag(event, button, (from, to) =>
        store.update((state) => withRegion(state, moveHandle(region, handle, { x: to.x - from.x, y: to.y - from.y }))),
      );
    });
  }
}

/** Starts a new region at any point of the image, also inside the old region. */
function listenToFrame(store: Store<State>): void {
  const frame = byId("frame", HTMLElement);
  frame.addEventListener("pointerdown", (event) => {
    if (!needsRegion(store.read()) || event.button !== 0) return;
    event.preventDefault();
    trackDrag(event, frame, (from, to) => store.update((state) => withRegion(state, regionBetween(from, to))));
  });
}

/** Returns the displayed corners of the region: in pixels, or as fractions of the image if its size is unknown. */
function displayedCorners({ region, image }: State): Box {
  return image?.size === undefined ? roundRegion(region) : toPixels(region, image.size);
}

function applyTypedCorners(store: Store<State>): void {
  const typed = corners.map((name) => Number(byId(`region-${name}`, HTMLInputElement).value));
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = typed;
  if (typed.some((value) => !Number.isFinite(value))) return;
  const { size } = store.read().image ?? {};
  const region =
    size === undefined ? regionBetween({ x: x1, y: y1 }, { x: x2, y: y2 }) : fromPixels({ x1, y1, x2, y2 }, size);
  store.update((state) => withRegion(state, region));
}

function createCornerInputs(store: Store<State>): void {
  const inputs = corners.map((name) => {
    const input = createElement("input", {
      id: `region-${name}`,
      type: "number",
      step: "any",
      min: "0",
      inputmode: "decimal",
    });
    input.addEventListener("change", () => applyTypedCorners(store));
    return createElement("label", {}, name, input);
  });
  byId("region-numbers", HTMLElement).replaceChildren(...inputs);
}

function showPosition(state: State): void {
  const { x1, y1, x2, y2 } = state.region;
  const { style } = byId("region", HTMLElement);
  style.left = percent(x1);
  style.top = percent(y1);
  style.width = percent(x2 - x1);
  style.height = percent(y2 - y1);
  const displayed = displayedCorners(state);
  for (const name of corners) byId(`region-${name}`, HTMLInputElement).value = String(displayed[name]);
}

/** Renders the region and binds its inputs: drawing with a pointer, arrow keys, and typed corners. */
export function showRegion(store: Store<State>): void {
  listenToHandles(store);
  listenToFrame(store);
  createCornerInputs(store);
  store.watch(
    ({ tasks, task, image }) => [tasks, task, image],
    (state) => {
      const isNeeded = needsRegion(state);
      byId("region", HTMLElement).hidden = !isNeeded;
      byId("region-fields", HTMLElement).hidden = !isNeeded;
      byId("stage", HTMLElement).classList.toggle("takes-region", isNeeded);
      const unit = state.image?.size === undefined ? "in parts of the picture, 0 to 1" : "in pixels";
      byId("region-unit", HTMLElement).textContent = `Draw it on the picture, or type its corners ${unit}.`;
      showPosition(state);
    },
  );
  store.watch(({ region }) => [region], showPosition);
}
