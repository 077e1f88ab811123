import { isObject } from "./problem";

type Json = Readonly<Record<string, unknown>>;

/** Returns what a node puts out for an answer, one for each item: the answer, or its objects if `isByObject`. */
export function partsOf(answer: Json, isByObject: boolean): readonly Json[] {
  const { objects } = answer;
  return isByObject && Array.isArray(objects) ? objects.filter(isObject) : [answer];
}
