/// <reference types="vite/client" />
import expected from "../vectors/preprocess/expected.json" with { type: "json" };

const dataUris = import.meta.glob<string>("../vectors/preprocess/*.{gif,jpg,png,webp}", {
  query: "?inline",
  import: "default",
  eager: true,
});

/** The images of test/vectors/preprocess/ as data URIs, with the results of Pillow and transformers. */
export const vectorImages = expected.pictures.map((image) => ({
  ...image,
  dataUri: dataUris[`../vectors/preprocess/${image.file}`] ?? "",
}));

/** Returns the bytes of one of these images. */
export function vectorImage(file: string): Uint8Array<ArrayBuffer> {
  const dataUri = dataUris[`../vectors/preprocess/${file}`] ?? "";
  return Uint8Array.from(atob(dataUri.slice(dataUri.indexOf(",") + 1)), (character) => character.charCodeAt(0));
}
