/// <reference types="vite/client" />
import expected from "../vectors/preprocess/expected.json" with { type: "json" };

const dataUris = import.meta.glob<string>("../vectors/preprocess/*.{gif,jpg,png,webp}", {
  query: "?inline",
  import: "default",
  eager: true,
});

/** The pictures of test/vectors/preprocess/, as data URIs, with what Pillow and transformers make of them. */
export const vectorImages = expected.pictures.map((picture) => ({
  ...picture,
  dataUri: dataUris[`../vectors/preprocess/${picture.file}`] ?? "",
}));

/** One of them. */
export function vectorImage(file: string): Uint8Array<ArrayBuffer> {
  const dataUri = dataUris[`../vectors/preprocess/${file}`] ?? "";
  return Uint8Array.from(atob(dataUri.slice(dataUri.indexOf(",") + 1)), (character) => character.charCodeAt(0));
}
