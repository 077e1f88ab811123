const dataUris = import.meta.glob<string>("../pictures/*", { query: "?inline", import: "default", eager: true });

/** Returns the bytes of an image in `test/pictures/`; Vite inlines them, so that tests in workerd have them too. */
export function sampleImage(name: string): Uint8Array<ArrayBuffer> {
  const base64 = dataUris[`../pictures/${name}`]?.split(",")[1];
  if (base64 === undefined) throw new Error(`There is no picture ${name}.`);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
