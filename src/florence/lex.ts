/** One of the model's location tokens, `<loc_0>` … `<loc_999>`. */
export interface LocationPiece {
  readonly type: "location";
  /** Position in the lexed text, in code units. */
  readonly start: number;
  /** End position, exclusive. */
  readonly end: number;
  /** The number as written. The vocabulary ends at 999; a text from another source may contain larger numbers, up to Infinity. */
  readonly bin: number;
  /** Number of location tokens before this one in the whole text, by which it is matched to its log-probability. */
  readonly ordinal: number;
}

/** Plain words, or a special token that is not a location. Positions are as in `LocationPiece`. */
export interface TextPiece {
  readonly type: "text" | "marker" | "framing";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A piece of the model's text: plain words, a location, another special token (marker), or a framing token (`<s>`, `</s>`,
 * `<pad>`). Framing tokens have no meaning: locations on both sides of them belong together. A location has no `text`, since
 * there are many and only their numbers are used.
 */
export type Piece = LocationPiece | TextPiece;

/** Names of tokens that come in pairs, the second with a slash. `desciption` is the vocabulary's own spelling. */
const paired = "od ocr cap ncap dcap grounding seg region_cap region_to_desciption proposal poly".split(" ");
const single = ["<unk>", "<mask>", "<image>", "<sep>", "<and>"];

/** Florence-2's special tokens other than location tokens. */
const markers: ReadonlyMap<string, "framing" | "marker"> = new Map([
  ...["<s>", "</s>", "<pad>"].map((token) => [token, "framing"] as const),
  ...[...single, ...paired.flatMap((name) => [`<${name}>`, `</${name}>`])].map((token) => [token, "marker"] as const),
]);

const LOCATION = "<loc_";

/** A location token with any Unicode digits, as in Python. */
const location = /^<loc_(\p{Nd}+)>$/u;

/** The value of a decimal digit of any script: in Unicode, the ten digits of a script are consecutive and in order. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}

/** The special token in this range, if it is one: a marker or framing token, or a location that is not written in ASCII digits. */
function specialTokenIn(text: string, start: number, end: number, ordinal: number): Piece | undefined {
  const token = text.slice(start, end);
  const type = markers.get(token);
  if (type !== undefined) return { type, text: token, start, end };
  const digits = location.exec(token)?.[1];
  if (digits === undefined) return undefined;
  return { type: "location", start, end, bin: Number(Array.from(digits, digitValue).join("")), ordinal };
}

const [LESS, GREATER, ZERO, NINE] = [0x3c, 0x3e, 0x30, 0x39];

/**
 * `charCodeAt` without a property lookup on the text. V8 has about six string representations (one or two bytes,
 * slices, concatenations). After a call site has processed all of them, V8 would look `charCodeAt` up for every
 * character, which takes three times as long.
 */
// oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
const codeAt = String.prototype.charCodeAt;

type OnPiece = (piece: Piece) => void;

/** Calls `onPiece` with each special token. One pass in linear time, since a token extends from a `<` to the next `>`. */
function eachSpecialToken(text: string, ordinal: number, onPiece: OnPiece): void {
  const { length } = text;
  let next = ordinal;
  let start = -1;
  /** Number of characters of `<loc_` matched since `start`, and the number in ASCII digits after them. */
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
        : specialTokenIn(text, start, end, next);
      if (token !== undefined) onPiece(token);
      if (token?.type === "location") next += 1;
      start = -1;
      matched = 0;
    }
  }
}

/** The special tokens of a text, in order. The text between them is plain words. */
export function specialTokens(text: string): readonly Piece[] {
  const tokens: Piece[] = [];
  eachSpecialToken(text, 0, (token) => tokens.push(token));
  return tokens;
}

/** Calls `onPiece` with each piece of `lex`, which avoids a list of them for a long text. */
export function eachPiece(text: string, ordinal: number, onPiece: OnPiece): void {
  let end = 0;
  const emitWords = (until: number): void => {
    if (until > end) onPiece({ type: "text", text: text.slice(end, until), start: end, end: until });
  };
  eachSpecialToken(text, ordinal, (token) => {
    emitWords(token.start);
    onPiece(token);
    end = token.end;
  });
  emitWords(text.length);
}

/**
 * Splits the model's text into pieces, which follow each other without gaps. Never throws. `ordinal` is that of the first
 * location token, for a text that arrives in chunks.
 */
export function lex(text: string, ordinal = 0): readonly Piece[] {
  const pieces: Piece[] = [];
  eachPiece(text, ordinal, (piece) => pieces.push(piece));
  return pieces;
}

const unfinishedLocation = /^<loc_\p{Nd}*$/u;
const prefixes: readonly string[] = [LOCATION, ...markers.keys()];

/** Index at which an incomplete special token or half a surrogate pair at the end of the text may begin; the text's length if there is none. */
export function incompleteTailStart(text: string): number {
  const end = /[\uD800-\uDBFF]$/.test(text) ? text.length - 1 : text.length;
  const start = text.slice(0, end).lastIndexOf("<");
  if (start === -1) return end;
  const tail = text.slice(start, end);
  const isUnfinished =
    unfinishedLocation.test(tail) || prefixes.some((token) => token !== tail && token.startsWith(tail));
  return isUnfinished ? start : end;
}
