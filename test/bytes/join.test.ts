import { expect, it } from "vitest";
import { joinBytes } from "../../src/bytes/join.ts";

it.each<[number[][], number[]]>([
  [[], []],
  [[[1, 2]], [1, 2]],
  [
    [[1], [], [2, 3]],
    [1, 2, 3],
  ],
])("joinBytes of %j is %j", (pieces, whole) => {
  expect(joinBytes(pieces.map((piece) => Uint8Array.from(piece)))).toEqual(Uint8Array.from(whole));
});
