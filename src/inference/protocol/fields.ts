import { CodecError } from "./codec-failure.ts";
import type { Parameters, ParameterValue } from "./datatypes.ts";

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object and not an array. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object. Throws `CodecError` for any other type; `where` names the value in it. The functions below do the same. */
export function fieldsOf(value: unknown, where: string): Fields {
  if (!isFields(value)) throw new CodecError("field", where);
  return value;
}

/** The value as an array. */
export function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new CodecError("field", where);
  return value;
}

/** The value as an array, empty if it is missing; servers may send null for a missing value. */
export function optionalListOf(value: unknown, where: string): readonly unknown[] {
  return value === undefined || value === null ? [] : listOf(value, where);
}

/** The value as a non-empty string. */
export function textOf(value: unknown, where: string): string {
  if (typeof value !== "string" || value === "") throw new CodecError("field", where);
  return value;
}

/** The value as a string, undefined if it is missing; servers may send null for a missing value. */
export function optionalTextOf(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new CodecError("field", where);
  return value;
}

/** The value as an array of sizes. Accepts -1, which metadata has for a dynamic size. */
export function sizesOf(value: unknown, where: string): readonly number[] {
  return listOf(value, where).map((size) => {
    if (typeof size !== "number" || !Number.isSafeInteger(size)) throw new CodecError("shape", where);
    return size;
  });
}

function isParameterValue(value: unknown): value is ParameterValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** The parameters whose types the protocol knows; drops the others. `undefined` if none remain. */
export function parametersOf(value: unknown, where: string): Parameters | undefined {
  if (value === undefined || value === null) return undefined;
  const known = Object.entries(fieldsOf(value, where)).flatMap(([key, each]): [string, ParameterValue][] => {
    if (isParameterValue(each)) return [[key, each]];
    return typeof each === "bigint" ? [[key, Number(each)]] : [];
  });
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** Rejects NaN and infinity, which `JSON.stringify` would write as null. */
export function checkParameters(parameters: Parameters | undefined, where: string): void {
  for (const [key, value] of Object.entries(parameters ?? {})) {
    if (typeof value === "number" && !Number.isFinite(value)) throw new CodecError("field", `${where}.${key}`);
  }
}

/** Throws `CodecError` for a duplicate name. */
export function checkNames(named: readonly { readonly name: string }[], where: string): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) throw new CodecError("duplicate-name", `${where}.${name}`);
    seen.add(name);
  }
}
