import { readFile } from "node:fs/promises";

/**
 * The image in a file, for Node, Bun and Deno: `florence.caption(fromPath("cat.jpg"))`. Rejects as `readFile` does, with the system's own `code`
 * (`ENOENT`), where there is none.
 */
export async function fromPath(path: string | URL): Promise<Blob> {
  return new Blob([await readFile(path)]);
}
