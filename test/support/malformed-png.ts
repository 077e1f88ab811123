import { zlibSync } from "fflate";
import { ihdr, joinBytes, pngChunk, pngSignature, withWrongEnd } from "./image-bytes.ts";
import type { Random } from "./random.ts";

/** A PNG before it is written. */
interface Draft {
  readonly random: Random;
  readonly width: number;
  readonly height: number;
  readonly colourType: number;
  readonly bitDepth: number;
  /** Chunks after IHDR and before the image data. */
  readonly before: readonly Uint8Array[];
  /** The chunks of the image data. */
  readonly data: readonly Uint8Array[];
  /** Chunks after the image data, with IEND. */
  readonly after: readonly Uint8Array[];
}

type Change = (draft: Draft) => Partial<Draft>;

const PALETTE = 3;

type Raster = readonly [colourType: number, bitDepth: number];

/** Colour types and bit depths; Pillow has 16 bits in other modes. */
const RASTERS: readonly [Raster, ...Raster[]] = [
  [3, 8],
  [0, 1],
  [0, 2],
  [0, 4],
  [0, 8],
  [2, 8],
  [2, 8],
  [3, 2],
  [3, 4],
  [4, 8],
  [6, 8],
];
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const IEND = pngChunk("IEND", new Uint8Array());

function isPalette(chunk: Uint8Array): boolean {
  return new TextDecoder().decode(chunk.subarray(4, 8)) === "PLTE";
}

/** Inserts a chunk at a random place before the image data. */
function somewhere({ random, before }: Draft, chunk: Uint8Array): Partial<Draft> {
  const at = random.below(before.length + 1);
  return { before: [...before.slice(0, at), chunk, ...before.slice(at)] };
}

function somewhereRandom(type: string, length: number): Change {
  return (draft) => somewhere(draft, pngChunk(type, draft.random.bytes(length)));
}

/** tRNS that often makes a part of the picture transparent, since samples have few values. */
function transparency({ random, colourType, bitDepth }: Draft): Uint8Array {
  if (colourType === PALETTE) return pngChunk("tRNS", random.bytes(1 + random.below(2)));
  const key = Array.from({ length: colourType === 0 ? 1 : 3 }, () => [0, random.below(Math.min(3, 2 ** bitDepth))]);
  return pngChunk("tRNS", Uint8Array.from(key.flat()));
}

function withTransparency(draft: Draft, ...change: readonly ((chunk: Uint8Array) => Uint8Array)[]): Partial<Draft> {
  const chunks = change.map((made) => made(transparency(draft)));
  return { before: [...draft.before, ...chunks] };
}

function suggestedPalette(bytes: number): Change {
  return (draft) => (draft.colourType === PALETTE ? {} : somewhere(draft, pngChunk("PLTE", draft.random.bytes(bytes))));
}

/** Changes the zlib stream of a draft that has one data chunk. */
function changedStream({ data }: Draft, change: (stream: Uint8Array) => Uint8Array): Partial<Draft> {
  return { data: data.map((chunk) => pngChunk("IDAT", change(chunk.slice(8, -4)))) };
}

/** Splits the first data chunk in two. */
function split({ data: [first = new Uint8Array(), ...rest] }: Draft, between: Uint8Array): Partial<Draft> {
  const stream = first.slice(8, -4);
  const half = stream.length >> 1;
  return {
    data: [pngChunk("IDAT", stream.subarray(0, half)), between, pngChunk("IDAT", stream.subarray(half)), ...rest],
  };
}

const same = (chunk: Uint8Array): Uint8Array => chunk;
const ANCILLARY = ["gAMA", "cHRM", "sRGB", "pHYs", "acTL", "fcTL", "sBIT", "tIME", "hIST", "bKGD", "eXIf"] as const;

/** What can be unusual about a PNG, and how a draft is changed for it. Applied in this order. */
const ODDITIES = {
  "wrong Adler-32": (draft) => changedStream(draft, withWrongEnd),
  "no Adler-32": (draft) => changedStream(draft, (stream) => stream.subarray(0, -4)),
  "truncated data": (draft) => changedStream(draft, (stream) => stream.subarray(0, draft.random.below(stream.length))),
  "split data": (draft) => split(draft, pngChunk("IDAT", new Uint8Array())),
  "data that are not consecutive": (draft) => split(draft, pngChunk("tEXt", new Uint8Array(3))),
  "more data": ({ random, data }) => ({ data: [...data, pngChunk("IDAT", random.bytes(30))] }),
  "wrong checksum of the data": ({ data }) => ({ data: [...data.slice(0, -1), ...data.slice(-1).map(withWrongEnd)] }),
  text: somewhereRandom("tEXt", 20),
  time: somewhereRandom("tIME", 7),
  density: somewhereRandom("pHYs", 9),
  private: somewhereRandom("prVt", 30),
  "short ancillary chunk": (draft) => somewhereRandom(draft.random.pick(ANCILLARY), 0)(draft),
  "damaged profile or text": (draft) => somewhereRandom(draft.random.pick(["iCCP", "zTXt", "iTXt", "sPLT"]), 20)(draft),
  "wrong checksum of a text": (draft) => somewhere(draft, withWrongEnd(pngChunk("tEXt", draft.random.bytes(9)))),
  "unknown critical chunk": somewhereRandom("ABCD", 5),
  "second IHDR": (draft) => somewhere(draft, ihdr(draft.width, draft.height, draft.bitDepth, draft.colourType)),
  transparency: (draft) => withTransparency(draft, same),
  "tRNS anywhere": (draft) => somewhere(draft, transparency(draft)),
  "tRNS twice": (draft) => withTransparency(draft, same, same),
  "tRNS of another length": (draft) => {
    const length = draft.random.pick([0, 1, 3, 5, 7, 20, 300]);
    return withTransparency(draft, () => pngChunk("tRNS", draft.random.bytes(length)));
  },
  "tRNS with a wrong checksum": (draft) => withTransparency(draft, withWrongEnd),
  "suggested palette": suggestedPalette(12),
  "suggested palette of an odd length": suggestedPalette(191),
  "suggested palette of 300 colours": suggestedPalette(900),
  "empty suggested palette": suggestedPalette(0),
  "palette twice": ({ before }) => ({
    before: before.flatMap((chunk) => (isPalette(chunk) ? [chunk, chunk] : [chunk])),
  }),
  "palette of an odd length": ({ random, before, colourType }) => ({
    before: before.map((chunk) =>
      isPalette(chunk) && colourType === PALETTE ? pngChunk("PLTE", random.bytes(13)) : chunk,
    ),
  }),
  "no palette": ({ before }) => ({ before: before.filter((chunk) => !isPalette(chunk)) }),
  "palette after the data": ({ random, after }) => ({ after: [pngChunk("PLTE", random.bytes(12)), ...after] }),
  "tRNS after the data": (draft) => ({ after: [transparency(draft), ...draft.after] }),
  "text after the data": ({ random, after }) => ({ after: [pngChunk("tEXt", random.bytes(9)), ...after] }),
  "wrong checksum of IEND": ({ after }) => ({ after: [...after.slice(0, -1), withWrongEnd(IEND)] }),
  "no IEND": ({ after }) => ({ after: after.slice(0, -1) }),
  "truncated IEND": ({ random, after }) => ({ after: [...after.slice(0, -1), IEND.subarray(0, random.below(12))] }),
} as const satisfies Readonly<Record<string, Change>>;

/** What is unusual about a PNG; a truncated file may end anywhere. */
export type PngOddity = keyof typeof ODDITIES | "truncated file";

/** A PNG, and what is unusual about it. */
export interface MalformedPng {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly oddities: readonly PngOddity[];
}

function regularDraft(random: Random): Draft {
  const [colourType, bitDepth] = random.pick(RASTERS);
  const [width, height] = [1 + random.below(20), 1 + random.below(14)];
  const rowBytes = Math.ceil((width * (SAMPLES[colourType] ?? 1) * bitDepth) / 8);
  const rows = Array.from({ length: height }, () => {
    const hasFewValues = !random.once(4);
    const samples = random.bytes(rowBytes).map((byte) => (hasFewValues && bitDepth === 8 ? byte % 3 : byte));
    return joinBytes(Uint8Array.of(hasFewValues ? 0 : random.below(5)), samples);
  });
  const palette = colourType === PALETTE ? [pngChunk("PLTE", random.bytes(3 * Math.min(2 ** bitDepth, 16)))] : [];
  const data = [pngChunk("IDAT", zlibSync(joinBytes(...rows), { level: random.pick([0, 6]) }))];
  return { random, width, height, colourType, bitDepth, before: palette, data, after: [IEND] };
}

function changed(draft: Draft, name: keyof typeof ODDITIES): Draft {
  return { ...draft, ...ODDITIES[name](draft) };
}

/** Returns a PNG of any colour type with one to four oddities; one of twelve files is truncated besides. */
export function malformedPng(random: Random): MalformedPng {
  const names = Object.keys(ODDITIES).filter((name): name is keyof typeof ODDITIES => name in ODDITIES);
  const chosen = new Set(Array.from({ length: 1 + random.below(4) }, () => names[random.below(names.length)]));
  const oddities = names.filter((name) => chosen.has(name));
  let draft = regularDraft(random);
  for (const name of oddities) draft = changed(draft, name);
  const { width, height, bitDepth, colourType, before, data, after } = draft;
  const bytes = joinBytes(pngSignature, ihdr(width, height, bitDepth, colourType), ...before, ...data, ...after);
  if (!random.once(12)) return { bytes, oddities };
  return { bytes: bytes.slice(0, 20 + random.below(bytes.length - 20)), oddities: [...oddities, "truncated file"] };
}
