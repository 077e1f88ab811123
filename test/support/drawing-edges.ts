import type { Box } from "../../src/contract/geometry.ts";
import type { Answer } from "../../src/contract/answers.ts";
import { svgDrawing } from "../../src/forms/svg-drawing.ts";
import { isMark, type TurnedImage } from "./turned-images.ts";

/** A drawing rendered to RGBA pixels. */
export interface Rendered {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** Renders an SVG file. */
export type RenderSvg = (svg: string) => Promise<Rendered>;

/** Draws an answer over an image as SVG, and renders it. */
export function throughSvg(render: RenderSvg, { image }: TurnedImage): (answer: Answer) => Promise<Rendered> {
  return (answer) => render([...svgDrawing(answer, image).chunks()].join(""));
}

/** Whether a colour is the first of the palette, #e69f00, in which the only label's shape is drawn. */
function isShape(red: number, green: number, blue: number): boolean {
  return Math.abs(red - 0xe6) < 24 && Math.abs(green - 0x9f) < 24 && blue < 48;
}

/** The smallest box around all pixels of a colour, in pixels. */
function edgesOf({ width, height, rgba }: Rendered, isColour: typeof isShape): Box {
  let [x1, y1, x2, y2] = [width, height, 0, 0];
  for (let at = 0; at < width * height; at += 1) {
    if (!isColour(rgba[at * 4] ?? 0, rgba[at * 4 + 1] ?? 0, rgba[at * 4 + 2] ?? 0)) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + 1), Math.max(y2, y + 1)];
  }
  return { x1, y1, x2, y2 };
}

const CORNERS = ["x1", "y1", "x2", "y2"] as const;

function largestDistance(one: Box, other: Box): number {
  return Math.max(...CORNERS.map((corner) => Math.abs(one[corner] - other[corner])));
}

/** Distances in rendered pixels: of the mark from where it belongs, and of the middle of the drawn line from the mark. */
export interface Distances {
  readonly name: string;
  readonly mark: number;
  readonly shape: number;
}

/** Draws an image with the box around its mark, and without it, and measures where both are. */
export async function distancesIn(
  { name, image, mark, answer }: TurnedImage,
  draw: (answer: Answer) => Promise<Rendered>,
): Promise<Distances> {
  const bare = await draw({ ...answer, ...(answer.type === "boxes" && { objects: [] }) });
  const drawn = await draw(answer);
  const scale = drawn.width / image.width;
  // The line's middle is on the box, so its outer edge is half its width outside.
  const half = (Math.max(image.width, image.height) / 300 / 2) * scale;
  const expected = { x1: mark.x1 * scale, y1: mark.y1 * scale, x2: mark.x2 * scale, y2: mark.y2 * scale };
  const [seen, line] = [edgesOf(bare, isMark), edgesOf(drawn, isShape)];
  const middle = { x1: line.x1 + half, y1: line.y1 + half, x2: line.x2 - half, y2: line.y2 - half };
  return { name, mark: largestDistance(seen, expected), shape: largestDistance(middle, seen) };
}
