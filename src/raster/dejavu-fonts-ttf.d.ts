/** The font file's bytes, as a data module of wrangler.toml. Vite declares every `*.ttf` as a URL. */
declare module "dejavu-fonts-ttf/ttf/DejaVuSans.ttf" {
  const font: ArrayBuffer;
  export default font;
}
