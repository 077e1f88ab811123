import { isObject } from "./problem";

/** Returns what a node puts out for an answer, one for each item: the answer, or its objects if `isByObject` and it has a list of them. */
export function partsOf(answer: unknown, isByObject: boolean): readonly unknown[] {
  const objects: unknown = isObject(answer) ? answer["objects"] : undefined;
  return isByObject && Array.isArray(objects) ? objects : [answer];
}
