import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseList } from "../../src/http/option-list.ts";
import { queryOptions } from "../../src/http/query.ts";

/** A field of CSV. */
const quoted = (text: string) => (/[",]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const optionsOf = (query: string) => queryOptions(new URLSearchParams(query));

describe("a list in a query", () => {
  it.each([
    ["labels=snail&labels=truck", ["snail", "truck"]],
    // IDEA-Research/Grounded-SAM-2#23, retkowsky/florence-2#3.
    ["labels=snail,truck", ["snail", "truck"]],
    ['labels=["snail","truck"]', ["snail", "truck"]],
    [' labels= [ "snail" ] '.trim(), ["snail"]],
    // axios/axios#5822, PHP's http_build_query.
    ["labels[]=snail&labels[]=truck", ["snail", "truck"]],
    ["labels[0]=snail&labels[1]=truck", ["snail", "truck"]],
    ["labels=snail&labels[]=truck", ["snail", "truck"]],
    ["labels=snail, truck ,", ["snail", "truck"]],
    ["labels=&labels=truck", ["truck"]],
    // Labels that contain commas.
    ["labels=a cat, asleep&labels=truck", ["a cat, asleep", "truck"]],
    ["labels[]=a cat, asleep", ["a cat, asleep"]],
    ['labels=["a cat, asleep"]', ["a cat, asleep"]],
    ['labels="a cat, asleep",truck', ["a cat, asleep", "truck"]],
    ['labels="say ""hi"", cat",5" pipe', ['say "hi", cat', '5" pipe']],
    ['labels="not closed, truck', ['"not closed, truck']],
  ])("may be written %s", (query, labels) => {
    expect(optionsOf(query)).toEqual({ labels });
  });

  it.each([
    "svg_path,coco_rle",
    "svg_path&include=coco_rle",
    '["svg_path","coco_rle"]',
    "svg_path,&include[]=coco_rle",
  ])("may be written include=%s", (include) => {
    expect(optionsOf(`include=${include}`)).toEqual({ include: ["svg_path", "coco_rle"] });
  });

  it.each(["[snail, truck]", "['snail', 'truck']", `[${"[".repeat(2000)}]`])(
    "in brackets that is not JSON stays a text, which no schema accepts: %s",
    (labels) => {
      expect(optionsOf(`labels=${labels}`)).toEqual({ labels });
    },
  );

  it("has the labels that it was written from, as CSV and repeated", () => {
    const label = fc
      .string({ unit: fc.constantFrom("a", "b", ",", '"', "[", "]", " ", "'") })
      .filter((text) => text.trim() === text && text !== "");
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (labels) => {
        const record = labels.map(quoted).join(",");
        fc.pre(!(record.startsWith("[") && record.endsWith("]")));
        expect(parseList("labels", record)).toEqual(labels);
        const element = labels.length === 1 ? "labels[]" : "labels";
        const repeated = new URLSearchParams(labels.map((text) => [element, text]));
        expect(queryOptions(repeated)).toEqual({ labels });
      }),
    );
  });

  it.each(['"', "[", '[""'])("of a million pieces without commas is parsed in linear time: %s", (piece) => {
    expect(parseList("labels", piece.repeat(1_000_000))).toBeDefined();
  });

  it.each([",", '",', '"a,"b,'])("of a million pieces with commas is refused: %s", (piece) => {
    const refused = expect.objectContaining({ code: "invalid-request" });
    expect(() => parseList("labels", piece.repeat(1_000_000))).toThrow(refused);
  });
});

describe("a boolean in a query", () => {
  it.each(["true", "True", "TRUE", "1", "yes", "on", " true"])("is true as %j", (value) => {
    expect(queryOptions([["stream", value]])).toEqual({ stream: true });
  });

  it.each(["false", "False", "0", "No", "off"])("is false as %j", (value) => {
    expect(queryOptions([["overlay_image", value]])).toEqual({ overlay_image: false });
  });

  it.each(["maybe", "2", "t"])("stays a text as %j, which no schema accepts", (value) => {
    expect(queryOptions([["stream", value]])).toEqual({ stream: value });
  });
});

describe("a blank field", () => {
  it.each(["beams", "text", "labels", "include", "stream", "region", "image", "any"])(
    "counts as absent: %s",
    (name) => {
      expect(queryOptions([[name, " \n"]])).toEqual({});
      expect(queryOptions([[name, ""]])).toEqual({});
    },
  );

  it("besides one that is filled in counts as absent", () => {
    expect(optionsOf("beams=&beams=2&text=")).toEqual({ beams: 2 });
  });
});

it("a text that is not UTF-8 is refused by name", () => {
  expect(() => optionsOf("beams=2&text=gr%FCn")).toThrow(
    expect.objectContaining({ code: "invalid-request", issues: [{ path: "text", message: expect.any(String) }] }),
  );
  expect(optionsOf("text=gr%C3%BCn")).toEqual({ text: "grün" });
});
