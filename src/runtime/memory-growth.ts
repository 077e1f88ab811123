/**
 * Makes the memory grow in small steps. Emscripten's allocator first asks for a fifth more than the current size; if that is
 * refused, for a tenth more; then for a twentieth more, or just what it needs. In an isolate of 128 MB only the last fits.
 */
export function growInSmallSteps(target: WebAssembly.Memory): void {
  const grow = target.grow.bind(target);
  let refusals = 0;
  target.grow = (pages) => {
    refusals = (refusals + 1) % 3;
    if (refusals !== 0) throw new RangeError("Ask for less.");
    return grow(pages);
  };
}
