import { bannedPhrases } from "../../src/florence/banned-phrases.ts";
import { dequantizeInt32, type ImageSize } from "../../src/florence/coordinates.ts";

/**
 * A simple implementation of the reference's post-processing with regular expressions, for comparison with the shipped code.
 * It is slow on purpose (backtracking, quadratic at worst) and shares only the arithmetic with the shipped code.
 */
const location = String.raw`<loc_\p{Nd}+>`;
const unit = String.raw`(?:${location}|<sep>|<poly>|</poly>)`;
const white = String.raw`[\t-\r\x1C-\x20\x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]`;

function all(pattern: string, text: string): readonly string[] {
  return Array.from(text.matchAll(new RegExp(pattern, "gu")), (match) => match[0]);
}

function strip(text: string): string {
  return text.replace(new RegExp(`^${white}+|${white}+$`, "gu"), "");
}

function clean(text: string): string {
  return ["<s>", "</s>", "<pad>"].reduce((rest, token) => rest.split(token).join(""), text);
}

function bins(text: string): readonly number[] {
  return all(String.raw`\p{Nd}+(?=>)`, text).map((digits) =>
    Number(digits.replace(/٤/gu, "4").replace(/𝟗/gu, "9").replace(/𝟏/gu, "1")),
  );
}

function coordinates(text: string, { width, height }: ImageSize): readonly number[] {
  return bins(text).map((bin, index) => dequantizeInt32(bin, index % 2 === 0 ? width : height));
}

/** Matches white space and then any characters except line breaks up to the first stop; returns undefined without a match. */
function label(text: string, stop: string): string | undefined {
  const match = new RegExp(`^${white}*[^\\n]*?(?=${stop})`, "u").exec(text);
  return match === null ? undefined : strip(match[0]);
}

function boxes(text: string, size: ImageSize, pattern: string, banned: ReadonlySet<string>) {
  const found = all(pattern, clean(text)).flatMap((phrase) => {
    const name = label(phrase, "<loc_");
    if (name === undefined || banned.has(name)) return [];
    const ascii = name
      .split("")
      .filter((character) => character.charCodeAt(0) < 128)
      .join("");
    return all(`(?:${location}){4}`, phrase).map((group) => ({ ascii, group }));
  });
  return { bboxes: found.map(({ group }) => coordinates(group, size)), labels: found.map(({ ascii }) => ascii) };
}

function polygons(text: string, size: ImageSize, pattern: string) {
  const found = all(pattern, clean(text)).flatMap((phrase) => {
    const name = label(phrase.replace(new RegExp(`^${location}`, "u"), ""), "<loc_|<poly>");
    if (name === undefined) return [];
    const isDelimited = phrase.includes("<poly>") && phrase.includes("</poly>");
    const instances = isDelimited ? all("<poly>.*?</poly>", phrase).map((part) => part.slice(6, -7)) : [phrase];
    return instances.flatMap((instance) => {
      const rings = all(`(?:${location})+(?=<sep>|$)`, instance).map((ring) => coordinates(ring, size));
      const even = rings.map((ring) => ring.slice(0, Math.floor(ring.length / 2) * 2));
      return even.length === 0 ? [] : [{ name, rings: even }];
    });
  });
  return { polygons: found.map(({ rings }) => rings), labels: found.map(({ name }) => name) };
}

function quads(text: string, size: ImageSize) {
  const found = Array.from(clean(text).matchAll(new RegExp(`([^\\n]+?)((?:${location}){8})`, "gu")));
  return {
    quad_boxes: found.map((match) => coordinates(match[2] ?? "", size)),
    labels: found.map((match) => strip(match[1] ?? "")),
  };
}

const none: ReadonlySet<string> = new Set();
const labelled = `[^<]+(?:${location}){4,}`;

function either(text: string, size: ImageSize) {
  const isPolygons = text.includes("<poly>");
  const outlined = isPolygons ? polygons(text, size, `[^<]+${unit}{4,}`) : { polygons: [], labels: [] };
  const boxed = isPolygons ? { bboxes: [], labels: [] } : boxes(text, size, labelled, none);
  const { polygons: shapes, labels } = outlined;
  return { bboxes: boxed.bboxes, bboxes_labels: boxed.labels, polygons: shapes, polygons_labels: labels };
}

const parsers: Readonly<Record<string, (text: string, size: ImageSize) => unknown>> = {
  "<OD>": (text, size) => boxes(text, size, labelled, none),
  "<DENSE_REGION_CAPTION>": (text, size) => boxes(text, size, labelled, none),
  "<CAPTION_TO_PHRASE_GROUNDING>": (text, size) => boxes(text, size, labelled, bannedPhrases),
  "<REGION_PROPOSAL>": (text, size) => boxes(text, size, `(?:${location}){4,}`, none),
  "<OCR_WITH_REGION>": quads,
  "<REFERRING_EXPRESSION_SEGMENTATION>": (text, size) => polygons(text, size, `${unit}{4,}`),
  "<REGION_TO_SEGMENTATION>": (text, size) => polygons(text, size, `${unit}{4,}`),
  "<OPEN_VOCABULARY_DETECTION>": either,
};

/** Returns the same as `postProcess` of src/florence/reference.ts, slowly. */
export function slowPostProcess(text: string, token: string, size: ImageSize): Readonly<Record<string, unknown>> {
  const parse = parsers[token] ?? ((words: string) => strip(words.split("<s>").join("").split("</s>").join("")));
  return { [token]: parse(text, size) };
}
