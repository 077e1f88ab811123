import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { palette } from "../../src/overlay/palette.ts";
import { overlayChunks, overlaySvg } from "../../src/overlay/svg.ts";
import { anyAnswer, boxes, common, located, object, oneOfEach } from "../support/answers.ts";
import { xmlElements } from "../support/strict-xml.ts";

const dataUri = "data:image/png;base64,QUJD";
const image = { image: { dataUri: [dataUri] } };

function elementsOf(name: string, svg: string) {
  return xmlElements(svg).filter((element) => element.name === name);
}

function numbers(element: { readonly attributes: Readonly<Record<string, string>> } | undefined, ...names: string[]) {
  return names.map((name) => Number(element?.attributes[name]));
}

describe("an overlay", () => {
  it("has the source's size and contains the image", () => {
    const svg = overlaySvg(boxes("cat"), image);
    expect(svg).toContain('viewBox="0 0 400 200"');
    expect(svg).toContain('<image xlink:href="data:image/png;base64,QUJD" width="400" height="200"/>');
  });

  it("contains no image if none is given", () => {
    expect(elementsOf("image", overlaySvg(boxes("cat")))).toEqual([]);
  });

  it("draws a box as a rectangle with its label", () => {
    const svg = overlaySvg(boxes("cat"), image);
    expect(svg).toContain('<rect x="10" y="50" width="100" height="100" fill="none"/>');
    expect(svg).toContain(">cat</text>");
  });

  it("draws quads and polygons as they are, polygons filled", () => {
    const [, , quads = "", polygons = ""] = oneOfEach.map((answer) => overlaySvg(answer, image));
    expect(quads).toContain('<polygon points="10,50 110,50 110,150 10,150" fill="none"/>');
    expect(polygons).toContain('<polygon points="10,50 110,50 110,150 10,150" fill-opacity="0.35"/>');
  });

  it("draws nothing over the image for a text, and uses the text as its title", () => {
    const svg = overlaySvg({ type: "text", ...common, text: "a cat & a dog" }, image);
    expect(xmlElements(svg).map(({ name, text }) => [name, text.trim()])).toEqual([
      ["title", "a cat & a dog"],
      ["image", ""],
      ["svg", "a cat & a dog"],
    ]);
  });

  it("gives equal labels one colour and different labels different ones", () => {
    const svg = overlaySvg(boxes("cat", "dog", "cat"), image);
    const colours = elementsOf("g", svg).map(({ attributes }) => attributes["stroke"]);
    expect(colours[0]).toBe(colours[2]);
    expect(colours[0]).not.toBe(colours[1]);
  });

  it("escapes a label, which cannot inject elements", () => {
    const svg = overlaySvg(boxes('</text><script>"&'), image);
    expect(elementsOf("script", svg)).toEqual([]);
    expect(elementsOf("text", svg).map(({ text }) => text)).toEqual(['</text><script>"&']);
  });

  it("draws no caption for an empty label", () => {
    expect(elementsOf("text", overlaySvg(boxes(""), image))).toEqual([]);
  });

  it("is well-formed XML for any answer, and concatenates the chunks of the data URI", () => {
    const property = fc.property(anyAnswer, (answer) => {
      const whole = [...overlayChunks(answer, { image: { dataUri: ["data:image/png;", "base64,", "QUJD"] } })].join("");
      expect(elementsOf("image", whole)[0]?.attributes["xlink:href"]).toBe(dataUri);
    });
    fc.assert(property);
  });
});

/** WCAG 2.2's relative luminance of a colour like #09f or #0099ff. */
function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.slice(1).replaceAll(/./gu, "$&$&") : colour.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe("a label", () => {
  it.each(palette)("has a contrast of at least 4.5:1: $text on $fill", ({ fill, text }) => {
    const [dark = 0, light = 0] = [luminance(fill), luminance(text)].toSorted((one, other) => one - other);
    expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(4.5);
  });

  it("is displayed at least 12 pixels high, however small the image", () => {
    for (const source of [
      { width: 16, height: 12 },
      { width: 100, height: 100 },
      { width: 4000, height: 3000 },
    ]) {
      const root = elementsOf("svg", overlaySvg({ ...boxes("cat"), source })).at(-1);
      const [shown = 0, size = 0] = numbers(root, "width", "font-size");
      expect((size * shown) / source.width).toBeGreaterThanOrEqual(12 - 0.05);
    }
  });

  it.each([
    ["on the right edge", { x1: 390, y1: 50, x2: 399, y2: 60 }],
    ["on the upper edge", { x1: 10, y1: 0, x2: 20, y2: 100 }],
    ["on the lower edge", { x1: 10, y1: 3, x2: 20, y2: 200 }],
    ["in the lower right corner", { x1: 399, y1: 199, x2: 400, y2: 200 }],
  ])("stays inside the image with its box %s", (_, box) => {
    for (const label of ["cat", "a very long description of something that stands in the picture ".repeat(3)]) {
      const svg = overlaySvg({ type: "boxes", ...located, objects: [{ ...object, label, box }] });
      const background = elementsOf("rect", svg).find(({ attributes }) => attributes["stroke"] === "none");
      const [x = -1, y = -1, width = 999, height = 999] = numbers(background, "x", "y", "width", "height");
      expect([x >= 0, y >= 0, x + width <= 400.001, y + height <= 200.001]).toEqual([true, true, true, true]);
    }
  });

  it("ends in an ellipsis if it is too long, and is complete in the shape's title", () => {
    const label = "cat ".repeat(100);
    const svg = overlaySvg(boxes(label));
    expect(elementsOf("text", svg)[0]?.text.endsWith("…")).toBe(true);
    expect(elementsOf("title", svg).map(({ text }) => text)).toContain(label);
  });

  it("has a wider background for wide characters", () => {
    const [narrow, wide] = ["abcd", "猫犬鳥魚"].map((label) => {
      const backgrounds = elementsOf("rect", overlaySvg(boxes(label)));
      return Number(backgrounds.find(({ attributes }) => attributes["stroke"] === "none")?.attributes["width"]);
    });
    expect(wide).toBeGreaterThan(narrow ?? 0);
  });
});

it("an answer of every type is rendered", () => {
  const shapes = oneOfEach.map((answer) => elementsOf("g", overlaySvg(answer)).length);
  expect(shapes).toEqual([0, 2, 1, 1]);
});
