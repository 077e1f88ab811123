import { expect, it } from "vitest";
import { concatBytes } from "../../src/bytes/concat-bytes.ts";

it.each<[number[][], number[]]>([
  [[], []],
  [[[1, 2]], [1, 2]],
  [
    [[1], [], [2, 3]],
    [1, 2, 3],
  ],
])("concatBytes of %j is %j", (arrays, result) => {
  expect(concatBytes(arrays.map((array) => Uint8Array.from(array)))).toEqual(Uint8Array.from(result));
});
