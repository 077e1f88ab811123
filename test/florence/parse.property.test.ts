import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Box, ImageSize, Point } from "../../src/florence/coordinates.ts";
import { lex } from "../../src/florence/lex.ts";
import { type ParsedAnswer, parse } from "../../src/florence/parse.ts";
import { MIN_RING_POINTS } from "../../src/florence/parse-polygons.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { imageSize, taskName, tokenSoup } from "../support/token-soup.ts";

const unit: ImageSize = { width: 1, height: 1 };

function cornersOf({ x1, y1, x2, y2 }: Box): readonly Point[] {
  return [
    { x: x1, y: y1 },
    { x: x2, y: y2 },
  ];
}

/** All points of an answer, each with the size of the image that contains it. */
function pointsOf(answer: ParsedAnswer, size: ImageSize): readonly (readonly [Point, ImageSize])[] {
  if (answer.type === "text") return [];
  const boxes = answer.objects.flatMap(({ box }) => cornersOf(box));
  const normalized = answer.objects.flatMap(({ normalizedBox }) => cornersOf(normalizedBox));
  if (answer.type === "quads") {
    boxes.push(...answer.objects.flatMap(({ quad }) => quad));
    normalized.push(...answer.objects.flatMap(({ normalizedQuad }) => normalizedQuad));
  }
  if (answer.type === "polygons") {
    boxes.push(...answer.objects.flatMap(({ polygons }) => polygons.flat()));
    normalized.push(...answer.objects.flatMap(({ normalizedPolygons }) => normalizedPolygons.flat()));
  }
  return [...boxes.map((point) => [point, size] as const), ...normalized.map((point) => [point, unit] as const)];
}

function textsOf(answer: ParsedAnswer): readonly string[] {
  return answer.type === "text" ? [answer.text] : answer.objects.map(({ label }) => label);
}

describe("an answer to any text", () => {
  it("has a type that the task lists", () => {
    fc.assert(
      fc.property(tokenSoup, taskName, imageSize, (text, task, size) => {
        expect(tasks[task].answers).toContain(parse(text, task, size).type);
      }),
    );
  });

  it("has every coordinate inside the image", () => {
    fc.assert(
      fc.property(tokenSoup, taskName, imageSize, (text, task, size) => {
        for (const [{ x, y }, { width, height }] of pointsOf(parse(text, task, size), size)) {
          expect(x > 0 && x < width && y > 0 && y < height).toBe(true);
        }
      }),
    );
  });

  it("contains no special token and no white space at the ends", () => {
    fc.assert(
      fc.property(tokenSoup, taskName, (text, task) => {
        for (const output of textsOf(parse(text, task, unit))) {
          expect(lex(output).filter(({ type }) => type !== "text")).toEqual([]);
          expect(output).toBe(output.trim());
        }
      }),
    );
  });

  it("has boxes with ordered corners, quads of four points and rings of at least three", () => {
    fc.assert(
      fc.property(tokenSoup, taskName, (text, task) => {
        const answer = parse(text, task, unit);
        const boxes = answer.type === "text" ? [] : answer.objects.map(({ box }) => box);
        const quads = answer.type === "quads" ? answer.objects.map(({ quad }) => quad) : [];
        const outlines = answer.type === "polygons" ? answer.objects.map(({ polygons }) => polygons) : [];
        expect(boxes.every(({ x1, y1, x2, y2 }) => x1 <= x2 && y1 <= y2)).toBe(true);
        expect(quads.every((quad) => quad.length === 4)).toBe(true);
        expect(outlines.every((rings) => rings.length > 0)).toBe(true);
        expect(outlines.flat().every((ring) => ring.length >= MIN_RING_POINTS)).toBe(true);
      }),
    );
  });

  it("uses each location at most once, in order", () => {
    fc.assert(
      fc.property(tokenSoup, taskName, (text, task) => {
        const answer = parse(text, task, unit);
        const used = answer.type === "text" ? [] : answer.objects.flatMap(({ locations }) => locations);
        const count = lex(text).filter(({ type }) => type === "location").length;
        expect(used).toEqual([...new Set(used)].sort((a, b) => a - b));
        expect(used.every((ordinal) => ordinal >= 0 && ordinal < count)).toBe(true);
      }),
    );
  });
});
