/**
 * Writes the codecs of `src/pixels/codecs/`: those of @jsquash, with a memory that they import, so that they can share one. To be run after an update
 * of a package; `test/node/codecs.test.ts` fails until then.
 *
 *   npm run codecs
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { codecFiles, sharedCodec } from "./codecs/codec-files.ts";

for (const [path, source] of Object.entries(codecFiles)) {
  const bytes = await sharedCodec(source);
  await writeFile(join(import.meta.dirname, "..", path), bytes);
  console.log(`${path}: ${bytes.length} bytes`);
}
