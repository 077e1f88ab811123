const dataUris = import.meta.glob<string>("../pictures/*", { query: "?inline", import: "default", eager: true });

/** The bytes of a picture in `test/pictures/`; inlined by Vite, so that tests in workerd have it too. */
export function sampleImage(name: string): Uint8Array<ArrayBuffer> {
  const base64 = dataUris[`../pictures/${name}`]?.split(",")[1];
  if (base64 === undefined) throw new Error(`There is no picture ${name}.`);
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
