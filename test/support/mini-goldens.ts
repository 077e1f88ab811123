import { sha256 } from "../../src/bytes/sha256.ts";
import type { Backend, Decoding, EncodedImage, Generation } from "../../src/inference/backend.ts";
import file from "../vectors/mini/goldens.json" with { type: "json" };

const folder = "../vectors/mini/pictures/";
const dataUris = import.meta.glob<string>("../vectors/mini/pictures/*", {
  query: "?inline",
  import: "default",
  eager: true,
});

/** Returns an image of the goldens. Its size is part of its name: `03-320x240.jpg`. */
async function imageOf(name: string): Promise<EncodedImage> {
  const base64 = dataUris[folder + name]?.split(",")[1] ?? "";
  const [, width, height, ending] = /(\d+)x(\d+)\.(jpg|png)$/u.exec(name) ?? [];
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const digest = await sha256(bytes);
  return { bytes, format: ending === "png" ? "png" : "jpeg", width: Number(width), height: Number(height), digest };
}

/** The images in their order, each with its goldens. */
export const goldenImages = await Promise.all(
  [...Map.groupBy(file.goldens, (golden) => golden.picture)].map(async ([name, goldens]) => {
    return { name, goldens, image: await imageOf(name) };
  }),
);

/** The decoding settings of the goldens' `beams`. */
const threeBeams: Decoding = { beams: 3, noRepeatNgramSize: 3, earlyStopping: true, maxNewTokens: 256 };

/** A prompt on an image, and what PyTorch generates for it. */
export type Golden = (typeof file.goldens)[number];

/** Greedy search, or the three beams of the goldens. */
export type Search = "greedy" | "beams";

/** Returns the backend's generations for the prompts of some goldens, in their order. */
export async function generations(
  backend: Backend,
  image: EncodedImage,
  goldens: readonly Golden[],
  search: Search,
): Promise<readonly Generation[]> {
  const done: Generation[] = [];
  const prompts = goldens.map(({ prompt }) => prompt);
  const decoding = search === "beams" ? threeBeams : {};
  const events = backend.generate({ image, prompts, decoding }, new AbortController().signal);
  for await (const event of events) if (event.type === "done") done[event.prompt] = event.generation;
  return done;
}
