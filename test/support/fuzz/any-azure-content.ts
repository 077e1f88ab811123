import * as fc from "fast-check";
import { mostly } from "../any-options.ts";
import { type Content, jsonContent } from "./any-content.ts";
import { anyImage } from "./any-image.ts";
import { anyImageValue } from "./any-image-value.ts";
import { membersOf } from "./any-json.ts";
import { anyQuery } from "./any-query.ts";

/** The path of an analysis. */
export const AZURE = "/computervision/imageanalysis:analyze";
const features = fc
  .array(mostly(["caption", "DenseCaptions", "objects", "Tags", "read", "people"], ["smartCrops", "faces", ""]), {
    maxLength: 6,
  })
  .map((list): [string, string] => ["features", list.join(",")]);
const azurePairs = fc
  .tuple(
    features,
    mostly<readonly [string, string]>([["api-version", "2023-10-01"]], [["api-version", "2020-01-01"]]),
    fc.constantFrom<readonly (readonly [string, string])[]>(
      [],
      [["language", "en"]],
      [["language", "de"]],
      [["gender-neutral-caption", "True"]],
      [["model-version", "latest"]],
    ),
  )
  .map(([first, second, others]) => [first, second, ...others]);

/** Requests for an analysis, with any query, image and address. */
export function azure(origin: string): fc.Arbitrary<Content> {
  const query = azurePairs.chain(anyQuery);
  const bytes = fc.tuple(query, anyImage).map(([{ value: written }, { what, value: body }]) => ({
    what,
    target: `${AZURE}?${written}`,
    headers: [["content-type", "application/octet-stream"]] as const,
    body,
  }));
  const address = fc
    .tuple(query, anyImageValue(origin))
    .chain(([{ value: written }, { value: url }]) => jsonContent(AZURE, membersOf({ url }), written));
  return fc.oneof(bytes, address);
}
