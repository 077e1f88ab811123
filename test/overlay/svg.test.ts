import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/contract/answers.ts";
import { overlaySvg } from "../../src/overlay/svg.ts";

const common = {
  task: "object-detection",
  source: { width: 400, height: 200 },
  model: { id: "fake", revision: "1", dtype: "fp32" },
  finish_reason: "stop",
  usage: { prompt_tokens: 1, completion_tokens: 1 },
} as const;
const box = { x1: 10, y1: 50, x2: 110, y2: 150 };
const square = [
  { x: 10, y: 50 },
  { x: 110, y: 50 },
  { x: 110, y: 150 },
  { x: 10, y: 150 },
];
const scored = { label: "cat", score: 0.5, box, normalized_box: box };
const picture = { dataUri: "data:image/png;base64,QUJD" };

function boxes(...labels: string[]): Answer {
  return { type: "boxes", ...common, score_type: "x", objects: labels.map((label) => ({ ...scored, label })) };
}

describe("an overlay", () => {
  it("has the source's size and holds the picture", () => {
    const svg = overlaySvg(boxes("cat"), picture);
    expect(svg).toContain('viewBox="0 0 400 200"');
    expect(svg).toContain('<image href="data:image/png;base64,QUJD" width="400" height="200"/>');
  });

  it("draws a box as a rectangle with its label", () => {
    const svg = overlaySvg(boxes("cat"), picture);
    expect(svg).toContain('<rect x="10" y="50" width="100" height="100" fill="none"/>');
    expect(svg).toContain(">cat</text>");
  });

  it("draws quads and polygons as they are", () => {
    const shapes = { quad: square, normalized_quad: square, polygons: [square], normalized_polygons: [square] };
    const quads: Answer = { type: "quads", ...common, score_type: "x", objects: [{ ...scored, ...shapes }] };
    const polygons: Answer = { type: "polygons", ...common, score_type: "x", objects: [{ ...scored, ...shapes }] };
    expect(overlaySvg(quads, picture)).toContain('<polygon points="10,50 110,50 110,150 10,150"');
    expect(overlaySvg(polygons, picture)).toContain(
      '<polygon points="10,50 110,50 110,150 10,150" fill-opacity="0.35"/>',
    );
  });

  it("gives equal labels one colour and different labels different ones", () => {
    const svg = overlaySvg(boxes("cat", "dog", "cat"), picture);
    const colours = [...svg.matchAll(/<g stroke="(?<colour>[^"]+)"/gu)].map((match) => match.groups?.["colour"]);
    expect(colours[0]).toBe(colours[2]);
    expect(colours[0]).not.toBe(colours[1]);
  });

  it("cannot be broken out of by a label", () => {
    const svg = overlaySvg(boxes('</text><script>"&'), picture);
    expect(svg).not.toContain("<script>");
    expect(svg).toContain("&lt;/text&gt;&lt;script&gt;&quot;&amp;");
  });

  it("draws no label where there is none", () => {
    expect(overlaySvg(boxes(""), picture)).not.toContain("<text");
  });
});
