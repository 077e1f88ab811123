import type { Backend, EncodedImage, Generation } from "../../src/inference/backend.ts";
import file from "../vectors/mini/goldens.json" with { type: "json" };

const folder = "../vectors/mini/pictures/";
const dataUris = import.meta.glob<string>("../vectors/mini/pictures/*", {
  query: "?inline",
  import: "default",
  eager: true,
});

/** A picture of the goldens. Its size is in its name: `03-320x240.jpg`. */
function picture(name: string): EncodedImage {
  const base64 = dataUris[folder + name]?.split(",")[1] ?? "";
  const [, width, height, ending] = /(\d+)x(\d+)\.(jpg|png)$/u.exec(name) ?? [];
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return { bytes, format: ending === "png" ? "png" : "jpeg", width: Number(width), height: Number(height) };
}

/** The goldens by picture, in their order. */
export const goldenPictures = [...Map.groupBy(file.goldens, (golden) => golden.picture)].map(([name, goldens]) => ({
  name,
  goldens,
  image: picture(name),
}));

/** The finished answers to several prompts, in their order. */
export async function generations(
  backend: Backend,
  image: EncodedImage,
  prompts: readonly string[],
): Promise<readonly Generation[]> {
  const done: Generation[] = [];
  const events = backend.generate({ image, prompts, decoding: {} }, new AbortController().signal);
  for await (const event of events) if (event.type === "done") done[event.prompt] = event.generation;
  return done;
}
