/** Limits of a JSON text's structure, counted outside of its strings. What a parser builds from a structure takes up to a hundred times its bytes. */
export interface JsonLimits {
  /** Arrays and objects inside of each other. */
  readonly depth: number;
  /** Arrays and objects: opening brackets and braces. */
  readonly containers: number;
  /** Commas: about one for each element and member. */
  readonly commas: number;
  /** Names of members: colons. */
  readonly names: number;
}

/** What each limit counts, in the sentence about a text that exceeds it. */
const nouns = {
  depth: "levels of arrays and objects",
  containers: "brackets and braces",
  commas: "commas",
  names: "colons",
} as const satisfies Record<keyof JsonLimits, string>;

const ascii = { quote: 0x22, backslash: 0x5c } as const;

/** What a byte outside of a string does. */
const marks = { none: 0, quote: 1, open: 2, close: 3, comma: 4, colon: 5 } as const;

const markOf = new Uint8Array(256);
for (const [characters, mark] of [
  ['"', marks.quote],
  ["[{", marks.open],
  ["]}", marks.close],
  [",", marks.comma],
  [":", marks.colon],
] as const) {
  for (const character of characters) markOf[character.charCodeAt(0)] = mark;
}

/** Length up to which a string is scanned byte by byte; beyond it, the engine's search is faster than its call costs. */
const SHORT_STRING_BYTES = 32;

/**
 * Index of the quote that closes the string opened at `opening`; the text's length if there is none. A long string without a backslash, such as an
 * image in base64, is found by the engine's search; another is scanned once, so that the time is linear.
 */
function closingQuote(json: Uint8Array, opening: number): number {
  let at = opening + 1;
  let isSearched = false;
  while (at < json.length && json[at] !== ascii.quote) {
    if (!isSearched && at - opening > SHORT_STRING_BYTES) {
      isSearched = true;
      const quote = json.indexOf(ascii.quote, at);
      const end = quote === -1 ? json.length : quote;
      if (json[end - 1] !== ascii.backslash) return end;
    }
    at += json[at] === ascii.backslash ? 2 : 1;
  }
  return Math.min(at, json.length);
}

/** The first limit that a text exceeds; `undefined` if it is within all. Any bytes are a text: whether it is JSON is the parser's to say. */
function exceededLimit(json: Uint8Array, limits: JsonLimits): keyof JsonLimits | undefined {
  let [depth, containers, commas, names] = [0, 0, 0, 0];
  for (let at = 0; at < json.length; at += 1) {
    const mark = markOf[json[at] ?? 0];
    if (mark === marks.none) continue;
    if (mark === marks.quote) at = closingQuote(json, at);
    else if (mark === marks.comma) commas += 1;
    else if (mark === marks.colon) names += 1;
    else if (mark === marks.close) depth -= 1;
    else {
      depth += 1;
      containers += 1;
    }
    if (commas > limits.commas) return "commas";
    if (names > limits.names) return "names";
    if (containers > limits.containers) return "containers";
    if (depth > limits.depth) return "depth";
  }
  return undefined;
}

/** Says in one sentence which limit a JSON text exceeds; `undefined` if it may be parsed. Takes about a nanosecond a byte. */
export function jsonExcess(json: Uint8Array, limits: JsonLimits): string | undefined {
  const exceeded = exceededLimit(json, limits);
  return exceeded && `The JSON has more than ${limits[exceeded]} ${nouns[exceeded]}.`;
}
