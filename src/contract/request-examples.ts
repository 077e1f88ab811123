import type { InputKind } from "./requests.ts";

/**
 * The image of every example: small, so that the document stays readable, and real, so that the examples can be sent as they are.
 * It is test/pictures/street.jpg at 96 x 72 pixels, as WebP.
 */
export const EXAMPLE_IMAGE =
  "UklGRjwCAABXRUJQVlA4IDACAADQDwCdASpgAEgAPxF2s1CsJ6SjrfTssYAiCWQAyuSM1AVvZZ3HMCsKsx+g+V0ab2kvDk8yBdscPl4KU9y6W/2lBprUYgLBGjxMaRdW85x4odaYg2SU77dGrz6aKYkrXtnvnuFv96c4bYjNiAS/mOKR2LaY/ZP7jcGHMrTOH8EyBF6k4okgP0AA/uyXFZr9a2idlJPCTfvTL8z97+mr89z2rD+PPGkHTKB29HUrAsyaif0OKoOhjjmgqnsCVe5vbKmkqejUk8D52f79a8KVoqujv9qmSdG/M/3ZoXHu7gEQHCCiTRz0ppqnh4lh161TN2hUMcDp7zKuWlGs+IKwtZ1wk7JKOjdjc9Kxlh4NHIP9t/bvsd78KBtNIGBveZPICJy9Nly8DZKWvdww00d1aiDwYQHwz6G9gatVVwuiphRvTEVeHlaeh1gpixFgt24DozGo4+2Z9w8Bs9UqAXpsunmhOPRDsbXPFq8CGnk9CbAMdzZBSOIU4Ig5xyNI+CwDzqLPUbVnTXa3UZGmaGTvhyRcmYAS+K2wXc0xFXbtoVSc+/o0CVknZIDNxUaR+Mk779eAB4T+bv9owBFAfb6Ok3J9Mq7Bfpqfzq57lXxjAjBjME9cDBwXGv6GZ+mxCEk1/hCWQSFAyuqiC/Kg4m6G7oQW1dWEYGpSYeEEENdqTselCalOmZ/pmN7B5Pz9T1BBFmPnkZOjQdg0DOn+bbxb/VXHv71EOGsufGX5Jlz4gQAAAA==";

/** A URL without an image: RFC 2606 reserves example.com for examples. */
export const EXAMPLE_URL = "https://example.com/street.jpg";

/** The options of each input kind. */
const options = {
  none: {},
  text: { text: "a truck" },
  labels: { labels: ["snail", "truck"] },
  region: { region: { x1: 26, y1: 0, x2: 54, y2: 26 } },
} as const satisfies Readonly<Record<InputKind, object>>;

const urlSummary = "The image at a URL";
const base64Summary = "The image in base64";

/** Returns example bodies of a task, by its input kind. The example with a URL only shows the format: there is no image at the URL. */
export function jsonExamples(input: InputKind) {
  return {
    base64: { summary: base64Summary, value: { image: EXAMPLE_IMAGE, ...options[input] } },
    address: { summary: urlSummary, value: { image: EXAMPLE_URL, ...options[input] } },
  } as const;
}

/** A task's name and input kind. */
interface NamedTask {
  readonly name: string;
  readonly input: InputKind;
}

/** Maximum number of tasks in an example. */
const SHOWN_TASKS = 3;

/** Returns one item for each input kind, at most `SHOWN_TASKS`; the kinds of the last rows come first. */
function items(rows: readonly NamedTask[]) {
  const byInput = new Map(rows.toReversed().map((row) => [row.input, row]));
  return [...byInput.values()].slice(0, SHOWN_TASKS).map(({ name, input }) => ({ task: name, ...options[input] }));
}

/** Returns an example body of several tasks on one image. */
export function analyzeExamples(rows: readonly NamedTask[]) {
  return { base64: { summary: base64Summary, value: { image: EXAMPLE_IMAGE, tasks: items(rows) } } } as const;
}

/** Returns an example body of several tasks, each with an image. */
export function batchExamples(rows: readonly NamedTask[]) {
  const value = { items: items(rows).map((item) => ({ ...item, image: EXAMPLE_IMAGE })) };
  return { base64: { summary: base64Summary, value } } as const;
}
