/** One of the model's location tokens, `<loc_0>` … `<loc_999>`. */
export interface LocationPiece {
  readonly type: "location";
  /** Position in the text that was split, in code units. */
  readonly start: number;
  /** The position after it. */
  readonly end: number;
  /** The number as written. The vocabulary ends at 999; a text from elsewhere may say more, up to Infinity. */
  readonly bin: number;
  /** How many location tokens stand before this one in the whole text: what token log-probabilities are matched by. */
  readonly ordinal: number;
}

/** Plain words, or a special token that is no place; positions are a location's. */
export interface TextPiece {
  readonly type: "text" | "marker" | "framing";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A stretch of the model's text: plain words, a place, another special token, or one of those that frame and fill a sequence
 * (`<s>`, `</s>`, `<pad>`) and say nothing: places on both sides of them belong together. A place has no text of its own,
 * since there are many and only their numbers are read.
 */
export type Piece = LocationPiece | TextPiece;

/** Tokens that come in pairs, the second with a slash; `desciption` is the vocabulary's own spelling. */
const paired = "od ocr cap ncap dcap grounding seg region_cap region_to_desciption proposal poly".split(" ");
const single = ["<unk>", "<mask>", "<image>", "<sep>", "<and>"];

/** Florence-2's special tokens beside the location tokens. */
const markers: ReadonlyMap<string, "framing" | "marker"> = new Map([
  ...["<s>", "</s>", "<pad>"].map((token) => [token, "framing"] as const),
  ...[...single, ...paired.flatMap((name) => [`<${name}>`, `</${name}>`])].map((token) => [token, "marker"] as const),
]);

const LOCATION = "<loc_";

/** A location of any Unicode digits, as in Python. */
const location = /^<loc_(\p{Nd}+)>$/u;

/** The value of a decimal digit of any script: Unicode keeps the ten digits of a script together and in order. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}

/** The token that stands between two places, if one does: a marker, or a location that is not written in ASCII digits. */
function tokenBetween(text: string, start: number, end: number, ordinal: number): Piece | undefined {
  const token = text.slice(start, end);
  const type = markers.get(token);
  if (type !== undefined) return { type, text: token, start, end };
  const digits = location.exec(token)?.[1];
  if (digits === undefined) return undefined;
  return { type: "location", start, end, bin: Number(Array.from(digits, digitValue).join("")), ordinal };
}

const [LESS, GREATER, ZERO, NINE] = [0x3c, 0x3e, 0x30, 0x39];

/**
 * Called without a look-up on the text. The engine keeps strings in half a dozen forms (one byte or two, slices, joins),
 * and once it has met them all, it would look `charCodeAt` up anew for every character, which takes three times as long.
 */
// oxlint-disable-next-line typescript/unbound-method -- it is given its `this`
const codeAt = String.prototype.charCodeAt;

type Take = (piece: Piece) => void;

/** Hands out the special tokens. One pass in linear time, since a token is what stands between a `<` and the next `>`. */
function eachSpecialToken(text: string, ordinal: number, take: Take): void {
  const { length } = text;
  let next = ordinal;
  let start = -1;
  /** How many characters of `<loc_` have been read since `start`, and the number in ASCII digits after them. */
  let matched = 0;
  let bin = 0;
  for (let index = 0; index < length; index += 1) {
    const code = codeAt.call(text, index);
    if (matched === LOCATION.length && code >= ZERO && code <= NINE) {
      bin = 10 * bin + code - ZERO;
    } else if (code === LESS) {
      start = index;
      matched = 1;
      bin = 0;
    } else if (code !== GREATER) {
      const isNext = matched > 0 && matched < LOCATION.length && code === LOCATION.charCodeAt(matched);
      matched = isNext ? matched + 1 : 0;
    } else if (start !== -1) {
      const end = index + 1;
      const isLocation = matched === LOCATION.length && index > start + matched;
      const token: Piece | undefined = isLocation
        ? { type: "location", start, end, bin, ordinal: next }
        : tokenBetween(text, start, end, next);
      if (token !== undefined) take(token);
      if (token?.type === "location") next += 1;
      start = -1;
      matched = 0;
    }
  }
}

/** The special tokens of a text in order; what stands between them is words. */
export function specialTokens(text: string): readonly Piece[] {
  const tokens: Piece[] = [];
  eachSpecialToken(text, 0, (token) => tokens.push(token));
  return tokens;
}

/** Hands out the pieces of `lex` one by one, which spares a long text's list of them. */
export function eachPiece(text: string, ordinal: number, take: Take): void {
  let end = 0;
  const takeWords = (until: number): void => {
    if (until > end) take({ type: "text", text: text.slice(end, until), start: end, end: until });
  };
  eachSpecialToken(text, ordinal, (token) => {
    takeWords(token.start);
    take(token);
    end = token.end;
  });
  takeWords(text.length);
}

/**
 * Splits the model's text into pieces, which follow each other without gaps. Never throws. `ordinal` is that of the first
 * location token, for a text that comes in stretches.
 */
export function lex(text: string, ordinal = 0): readonly Piece[] {
  const pieces: Piece[] = [];
  eachPiece(text, ordinal, (piece) => pieces.push(piece));
  return pieces;
}

const unfinishedLocation = /^<loc_\p{Nd}*$/u;
const prefixes: readonly string[] = [LOCATION, ...markers.keys()];

/** From where on a text cannot be split yet: its end may be half a special token or half a character. Its length if not so. */
export function incompleteTailStart(text: string): number {
  const end = /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length;
  const start = text.slice(0, end).lastIndexOf("<");
  if (start === -1) return end;
  const tail = text.slice(start, end);
  const isUnfinished =
    unfinishedLocation.test(tail) || prefixes.some((token) => token !== tail && token.startsWith(tail));
  return isUnfinished ? start : end;
}
