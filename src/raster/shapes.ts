import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** Draws an SVG file that contains no image: RGBA with premultiplied alpha, row by row, of the file's own size. */
export type DrawShapes = (svg: string) => Uint8Array;

/** The family name in the font file. resvg knows no other font: without it, it would draw no text at all. */
const FAMILY = "DejaVu Sans";

async function initialize(module: WebAssembly.Module): Promise<void> {
  try {
    await initWasm(module);
  } catch (thrown) {
    // Another request has started it meanwhile: there is one instance, whoever waits for it.
    if (!(thrown instanceof Error) || !thrown.message.startsWith("Already initialized")) throw thrown;
  }
}

/**
 * Starts resvg, whose memory never shrinks: 2 MB, and 8 bytes for each pixel of the largest drawing. `font` is DejaVu Sans; a letter that it lacks
 * becomes an empty box. Both arguments stay in memory.
 */
export async function startResvg(module: WebAssembly.Module, font: Uint8Array): Promise<DrawShapes> {
  await initialize(module);
  const options = { font: { fontBuffers: [font], defaultFontFamily: FAMILY, sansSerifFamily: FAMILY } };
  return (svg) => {
    const drawing = new Resvg(svg, options);
    const image = drawing.render();
    try {
      return image.pixels;
    } finally {
      image.free();
      drawing.free();
    }
  };
}
