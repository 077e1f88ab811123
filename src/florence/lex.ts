/** One of the model's location tokens, `<loc_0>` … `<loc_999>`. */
export interface LocationPiece {
  readonly type: "location";
  readonly text: string;
  /** Position in the text that was split, in code units. */
  readonly start: number;
  /** The number as written. The vocabulary ends at 999; a text from elsewhere may say more, up to Infinity. */
  readonly bin: number;
  /** How many location tokens stand before this one in the whole text: what token log-probabilities are matched by. */
  readonly ordinal: number;
}

/**
 * A stretch of the model's text: plain words, a place, another special token, or one of those that frame and fill a sequence
 * (`<s>`, `</s>`, `<pad>`) and say nothing: places on both sides of them belong together.
 */
export type Piece =
  | LocationPiece
  | { readonly type: "text" | "marker" | "framing"; readonly text: string; readonly start: number };

const framing = ["<s>", "</s>", "<pad>"];

/** Tokens that come in pairs, the second with a slash; `desciption` is the vocabulary's own spelling. */
const paired = "od ocr cap ncap dcap grounding seg region_cap region_to_desciption proposal poly".split(" ");

/** Florence-2's special tokens beside the location tokens. */
const markers: readonly string[] = [
  ...framing,
  "<unk>",
  "<mask>",
  "<image>",
  "<sep>",
  "<and>",
  ...paired.flatMap((name) => [`<${name}>`, `</${name}>`]),
];

const LOCATION = "<loc_";

/** A marker at `lastIndex`. Neither this nor the next can backtrack, so time is linear in the text. */
const marker = new RegExp(markers.join("|"), "y");

/** A location at `lastIndex`. Any Unicode digit is one, as in Python. */
const location = /<loc_(\p{Nd}+)>/uy;

/** The value of a decimal digit of any script: Unicode keeps the ten digits of a script together and in order. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}

/** The location token at a `<`. ASCII digits, which is what a model writes, are read without the regular expression. */
function locationAt(text: string, start: number, ordinal: number): LocationPiece | undefined {
  const digits = start + LOCATION.length;
  let [end, bin] = [digits, 0];
  for (let code = text.charCodeAt(end); code >= 0x30 && code <= 0x39; code = text.charCodeAt(end)) {
    bin = bin * 10 + code - 0x30;
    end += 1;
  }
  if (end > digits && text.charAt(end) === ">") {
    return { type: "location", text: text.slice(start, end + 1), start, bin, ordinal };
  }
  location.lastIndex = start;
  const match = text.charCodeAt(end) > 0x7f ? location.exec(text) : null;
  if (match === null) return undefined;
  const value = Number(Array.from(match[1] ?? "", digitValue).join(""));
  return { type: "location", text: match[0], start, bin: value, ordinal };
}

function markerAt(text: string, start: number): Piece | undefined {
  marker.lastIndex = start;
  const token = marker.exec(text)?.[0];
  return token === undefined ? undefined : { type: framing.includes(token) ? "framing" : "marker", text: token, start };
}

/**
 * Splits the model's text into pieces. Never throws; joining the pieces' texts gives the input back. `ordinal` is that of
 * the first location token, for a text that comes in stretches.
 */
export function lex(text: string, ordinal = 0): readonly Piece[] {
  const pieces: Piece[] = [];
  let [end, next] = [0, ordinal];
  for (let start = text.indexOf("<"); start !== -1; start = text.indexOf("<", Math.max(end, start + 1))) {
    const isLocation = text.startsWith(LOCATION, start);
    const token = isLocation ? locationAt(text, start, next) : markerAt(text, start);
    if (token === undefined) continue;
    if (start > end) pieces.push({ type: "text", text: text.slice(end, start), start: end });
    pieces.push(token);
    end = start + token.text.length;
    if (isLocation) next += 1;
  }
  if (end < text.length) pieces.push({ type: "text", text: text.slice(end), start: end });
  return pieces;
}

const unfinishedLocation = /^<loc_\p{Nd}*$/u;
const prefixes: readonly string[] = [LOCATION, ...markers];

/** From where on a text cannot be split yet: its end may be half a special token or half a character. Its length if not so. */
export function undecidedFrom(text: string): number {
  const end = /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length;
  const start = text.slice(0, end).lastIndexOf("<");
  if (start === -1) return end;
  const tail = text.slice(start, end);
  const isUnfinished =
    unfinishedLocation.test(tail) || prefixes.some((token) => token !== tail && token.startsWith(tail));
  return isUnfinished ? start : end;
}
