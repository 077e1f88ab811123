/** Writes the malformed files and their controls to a folder: `node test/vectors/malformed-images/write-files.ts <folder>`. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MALFORMED_IMAGES, malformedImages } from "../../support/malformed-images.ts";

const [folder = "."] = process.argv.slice(2);
const jpegs = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".jpg"))
  .toSorted()
  .map((name) => readFileSync(join(import.meta.dirname, name)));

for (const [format, make] of Object.entries(malformedImages)) {
  for (let seed = 0; seed < MALFORMED_IMAGES; seed += 1) {
    const { bytes, control } = make(seed, jpegs);
    writeFileSync(join(folder, `${seed}.${format}`), bytes);
    if (control !== undefined) writeFileSync(join(folder, `${seed}.control.${format}`), control);
  }
}
