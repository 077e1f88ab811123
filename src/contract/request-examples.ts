import type { InputKind } from "./requests.ts";

/**
 * The picture of every example: a small one, so that the document stays readable, and a real one, so that the examples can be sent as they are.
 * It is test/pictures/street.jpg at 96 x 72 pixels, as WebP.
 */
export const EXAMPLE_PICTURE =
  "UklGRjwCAABXRUJQVlA4IDACAADQDwCdASpgAEgAPxF2s1CsJ6SjrfTssYAiCWQAyuSM1AVvZZ3HMCsKsx+g+V0ab2kvDk8yBdscPl4KU9y6W/2lBprUYgLBGjxMaRdW85x4odaYg2SU77dGrz6aKYkrXtnvnuFv96c4bYjNiAS/mOKR2LaY/ZP7jcGHMrTOH8EyBF6k4okgP0AA/uyXFZr9a2idlJPCTfvTL8z97+mr89z2rD+PPGkHTKB29HUrAsyaif0OKoOhjjmgqnsCVe5vbKmkqejUk8D52f79a8KVoqujv9qmSdG/M/3ZoXHu7gEQHCCiTRz0ppqnh4lh161TN2hUMcDp7zKuWlGs+IKwtZ1wk7JKOjdjc9Kxlh4NHIP9t/bvsd78KBtNIGBveZPICJy9Nly8DZKWvdww00d1aiDwYQHwz6G9gatVVwuiphRvTEVeHlaeh1gpixFgt24DozGo4+2Z9w8Bs9UqAXpsunmhOPRDsbXPFq8CGnk9CbAMdzZBSOIU4Ig5xyNI+CwDzqLPUbVnTXa3UZGmaGTvhyRcmYAS+K2wXc0xFXbtoVSc+/o0CVknZIDNxUaR+Mk779eAB4T+bv9owBFAfb6Ok3J9Mq7Bfpqfzq57lXxjAjBjME9cDBwXGv6GZ+mxCEk1/hCWQSFAyuqiC/Kg4m6G7oQW1dWEYGpSYeEEENdqTselCalOmZ/pmN7B5Pz9T1BBFmPnkZOjQdg0DOn+bbxb/VXHv71EOGsufGX5Jlz4gQAAAA==";

/** An address of nothing, as RFC 2606 gives away. */
const EXAMPLE_ADDRESS = "https://example.com/street.jpg";

/** What goes with the picture. */
const options = {
  none: {},
  text: { text: "a truck" },
  labels: { labels: ["snail", "truck"] },
  region: { region: { x1: 26, y1: 0, x2: 54, y2: 26 } },
} as const satisfies Readonly<Record<InputKind, object>>;

const atAnAddress = "The picture at an address";
const asBase64 = "The picture in base64";

/** JSON bodies of a task, by what it takes. Those with an address show the form only: nothing is there. */
export function jsonExamples(input: InputKind) {
  return {
    base64: { summary: asBase64, value: { image: EXAMPLE_PICTURE, ...options[input] } },
    address: { summary: atAnAddress, value: { image: EXAMPLE_ADDRESS, ...options[input] } },
  } as const;
}

/** What a task is asked, as an item of several; those that need no more than the picture first. */
interface NamedTask {
  readonly name: string;
  readonly input: InputKind;
}

/** Most tasks of an example. */
const SHOWN_TASKS = 3;

function items(rows: readonly NamedTask[]) {
  const byInput = new Map(rows.toReversed().map((row) => [row.input, row]));
  return [...byInput.values()].slice(0, SHOWN_TASKS).map(({ name, input }) => ({ task: name, ...options[input] }));
}

/** Several tasks on one picture. */
export function analyzeExamples(rows: readonly NamedTask[]) {
  return { base64: { summary: asBase64, value: { image: EXAMPLE_PICTURE, tasks: items(rows) } } } as const;
}

/** Several tasks, each with a picture. */
export function batchExamples(rows: readonly NamedTask[]) {
  const value = { items: items(rows).map((item) => ({ ...item, image: EXAMPLE_PICTURE })) };
  return { base64: { summary: asBase64, value } } as const;
}
