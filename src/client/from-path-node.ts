import { readFile } from "node:fs/promises";

/**
 * Reads an image file in Node, Bun and Deno: `florence.caption(fromPath("cat.jpg"))`. Rejects as `readFile` does, with the system's `code`
 * (for example `ENOENT`).
 */
export async function fromPath(path: string | URL): Promise<Blob> {
  return new Blob([await readFile(path)]);
}
