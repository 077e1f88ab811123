/** Reverses a filter in place: `row` and `above` are rows without filter byte, `step` is the number of bytes of a pixel, at least one. */
type Unfilter = (row: Uint8Array, above: Uint8Array, step: number) => void;

function sub(row: Uint8Array, _above: Uint8Array, step: number): void {
  for (let at = step; at < row.length; at += 1) row[at] = (row[at] ?? 0) + (row[at - step] ?? 0);
}

function up(row: Uint8Array, above: Uint8Array): void {
  for (let at = 0; at < row.length; at += 1) row[at] = (row[at] ?? 0) + (above[at] ?? 0);
}

function average(row: Uint8Array, above: Uint8Array, step: number): void {
  for (let at = 0; at < row.length; at += 1) {
    const left = at < step ? 0 : (row[at - step] ?? 0);
    row[at] = (row[at] ?? 0) + ((left + (above[at] ?? 0)) >> 1);
  }
}

/** Predicts each byte by the one of its three neighbours that is nearest to left + above - above left. */
function paeth(row: Uint8Array, above: Uint8Array, step: number): void {
  up(row.subarray(0, step), above);
  for (let at = step; at < row.length; at += 1) {
    const left = row[at - step] ?? 0;
    const upper = above[at] ?? 0;
    const corner = above[at - step] ?? 0;
    const toLeft = Math.abs(upper - corner);
    const toUpper = Math.abs(left - corner);
    const toCorner = Math.abs(left + upper - 2 * corner);
    const nearest = toLeft <= toUpper && toLeft <= toCorner ? left : toUpper <= toCorner ? upper : corner;
    row[at] = (row[at] ?? 0) + nearest;
  }
}

/** The filters by type (PNG specification, section 9.2). */
export const UNFILTER: readonly Unfilter[] = [() => {}, sub, up, average, paeth];
