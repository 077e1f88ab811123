import { CodecError } from "./codec-failure.ts";
import type { Parameters, ParameterValue } from "./datatypes.ts";

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object, and no list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object. `where` names it in the `CodecError` that is thrown otherwise; likewise below. */
export function fieldsOf(value: unknown, where: string): Fields {
  if (!isFields(value)) throw new CodecError("field", where);
  return value;
}

/** The value as a list. */
export function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new CodecError("field", where);
  return value;
}

/** The value as a list; servers write null for what they leave out. */
export function optionalListOf(value: unknown, where: string): readonly unknown[] {
  return value === undefined || value === null ? [] : listOf(value, where);
}

/** The value as a text that is not empty. */
export function textOf(value: unknown, where: string): string {
  if (typeof value !== "string" || value === "") throw new CodecError("field", where);
  return value;
}

/** The value as a text; servers write null for what they leave out. */
export function optionalTextOf(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new CodecError("field", where);
  return value;
}

/** A list of sizes; -1, as metadata has for a dynamic one, is let through. */
export function sizesOf(value: unknown, where: string): readonly number[] {
  return listOf(value, where).map((size) => {
    if (typeof size !== "number" || !Number.isSafeInteger(size)) throw new CodecError("shape", where);
    return size;
  });
}

function isParameterValue(value: unknown): value is ParameterValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Parameters of the kinds that the protocol knows; others are left out. `undefined` where there are none. */
export function parametersOf(value: unknown, where: string): Parameters | undefined {
  if (value === undefined || value === null) return undefined;
  const known = Object.entries(fieldsOf(value, where)).flatMap(([key, each]): [string, ParameterValue][] => {
    if (isParameterValue(each)) return [[key, each]];
    return typeof each === "bigint" ? [[key, Number(each)]] : [];
  });
  return known.length === 0 ? undefined : Object.fromEntries(known);
}

/** Refuses parameters that JSON cannot hold: it would write null for NaN and infinity. */
export function checkParameters(parameters: Parameters | undefined, where: string): void {
  for (const [key, value] of Object.entries(parameters ?? {})) {
    if (typeof value === "number" && !Number.isFinite(value)) throw new CodecError("field", `${where}.${key}`);
  }
}

/** Throws `CodecError` when a name comes twice. */
export function checkNames(named: readonly { readonly name: string }[], where: string): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) throw new CodecError("duplicate-name", `${where}.${name}`);
    seen.add(name);
  }
}
