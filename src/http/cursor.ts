import { Problem } from "../contract/problems.ts";

/** What a cursor is for: the name of the list, the account, and the parameters that decide which rows it has. */
export type CursorScope = readonly (string | null)[];

/** Where a page ends: the values by which its last row is found. */
export type Position = readonly (string | number)[];

function encode(text: string): string {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function decode(cursor: string): unknown {
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))));
  } catch {
    return undefined;
  }
}

/** Returns the cursor of the page that begins after a position. */
export function cursorOf(scope: CursorScope, position: Position): string {
  return encode(JSON.stringify([scope, position]));
}

/**
 * Returns the position of a cursor; `undefined` if there is none. It has no signature: who makes one up reads nothing that is not his. Throws
 * `cursor-invalid` for one of another account, list or parameters, and for a position whose values are not of the given types.
 */
export function positionOf(
  scope: CursorScope,
  cursor: string | undefined,
  types: readonly ("string" | "number")[],
): Position | undefined {
  if (cursor === undefined) return undefined;
  const decoded = decode(cursor);
  if (Array.isArray(decoded) && decoded.length === 2 && JSON.stringify(decoded[0]) === JSON.stringify(scope)) {
    const position: unknown = decoded[1];
    if (isPosition(position) && position.length === types.length) {
      if (position.every((value, index) => typeof value === types[index])) return position;
    }
  }
  throw new Problem("cursor-invalid", "The cursor is of another account, of another list, or of other parameters.");
}

function isPosition(value: unknown): value is Position {
  return (
    Array.isArray(value) &&
    value.every((each) => typeof each === "string" || (typeof each === "number" && Number.isSafeInteger(each)))
  );
}
