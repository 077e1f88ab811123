import { concatBytes } from "../../src/bytes/concat-bytes.ts";
import { MEMORY_IMPORT } from "../../src/pixels/codec-memory.ts";

/** Ids of the sections of a WebAssembly module (WebAssembly 2.0, 5.5.2). */
const SECTION = { import: 2, memory: 5 } as const;
const MEMORY_KIND = 2;
/** Magic number and version. */
const HEADER_BYTES = 8;

/** A number in LEB128, and where it ends. */
interface Leb {
  readonly value: number;
  readonly end: number;
}

function readLeb(bytes: Uint8Array, start: number): Leb {
  let value = 0;
  let scale = 1;
  let end = start;
  for (let byte = 0x80; byte >= 0x80; end += 1, scale *= 0x80) {
    byte = bytes[end] ?? 0;
    value += (byte & 0x7f) * scale;
  }
  return { value, end };
}

function leb(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function text(value: string): readonly number[] {
  const bytes = new TextEncoder().encode(value);
  return [...leb(bytes.length), ...bytes];
}

/** A section: its id, its contents without header, and all of it. */
interface Section {
  readonly id: number;
  readonly contents: Uint8Array;
  readonly whole: Uint8Array;
}

function* sections(module: Uint8Array): Generator<Section> {
  for (let at = HEADER_BYTES; at < module.length;) {
    const { value, end } = readLeb(module, at + 1);
    const next = end + value;
    yield { id: module[at] ?? 0, contents: module.subarray(end, next), whole: module.subarray(at, next) };
    at = next;
  }
}

/** Appends the import of a memory of at least `minPages` to an import section, without a maximum of its own. */
function withMemory(imports: Uint8Array, minPages: number): readonly number[] {
  const { value: count, end } = readLeb(imports, 0);
  const entry = [...text(MEMORY_IMPORT.module), ...text(MEMORY_IMPORT.name), MEMORY_KIND, 0, ...leb(minPages)];
  const contents = [...leb(count + 1), ...imports.subarray(end), ...entry];
  return [SECTION.import, ...leb(contents.length), ...contents];
}

/**
 * Returns a WebAssembly module that imports its only memory, `MEMORY_IMPORT`, instead of having one. Nothing else changes: a memory is the first
 * whether it is imported or not. `minPages`, of 64 KiB, must hold the data segments and the stack; what the module allocates, it grows for.
 */
export function importMemory(module: Uint8Array, minPages: number): Uint8Array {
  const kept = Array.from(sections(module)).filter(({ id }) => id !== SECTION.memory);
  const changed = kept.map(({ id, contents, whole }) =>
    id === SECTION.import ? Uint8Array.from(withMemory(contents, minPages)) : whole,
  );
  return concatBytes([module.subarray(0, HEADER_BYTES), ...changed]);
}
