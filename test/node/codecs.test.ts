import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MEMORY_IMPORT } from "../../src/pixels/codec-memory.ts";
import { codecFiles, sharedCodec } from "../../tools/codecs/codec-files.ts";

const files = Object.entries(codecFiles);

it.each(files)("%s is made of the installed package: run `npm run codecs` after an update", async (path, source) => {
  const stored = await readFile(join(import.meta.dirname, "../..", path));
  expect(Buffer.compare(stored, await sharedCodec(source))).toBe(0);
});

it.each(files)(
  "%s imports its memory, has none of its own, and exports it under the package's name",
  async (path, source) => {
    const original = new WebAssembly.Module(await readFile(join(import.meta.dirname, "../../node_modules", source)));
    const shared = new WebAssembly.Module(await readFile(join(import.meta.dirname, "../..", path)));
    const added = { ...MEMORY_IMPORT, kind: "memory" };
    expect(WebAssembly.Module.imports(shared)).toEqual([...WebAssembly.Module.imports(original), added]);
    expect(WebAssembly.Module.exports(shared)).toEqual(WebAssembly.Module.exports(original));
  },
);
