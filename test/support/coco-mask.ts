/** Decodes the run lengths of COCO's compressed text, as pycocotools' `rleFrString` does. */
export function runsOf(counts: string): readonly number[] {
  const runs: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of counts) {
    const bits = character.charCodeAt(0) - 48;
    value |= (bits & 0x1f) << shift;
    shift += 5;
    if ((bits & 0x20) !== 0) continue;
    if ((bits & 0x10) !== 0) value |= -1 << shift;
    runs.push(value + (runs.length > 2 ? (runs[runs.length - 2] ?? 0) : 0));
    [value, shift] = [0, 0];
  }
  return runs;
}

/** Returns for each pixel whether it is covered, in column-major order from the top left. */
export function pixelsOf(counts: string): readonly boolean[] {
  return runsOf(counts).flatMap((run, index) => Array.from({ length: run }, () => index % 2 === 1));
}
