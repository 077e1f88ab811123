import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const Manifest = z.object({
  models: z.array(z.object({ id: z.string(), dtype: z.string(), files: z.array(z.object({ bytes: z.number() })) })),
});

/** Returns the bytes and dtype of the mini model in a folder of models. Throws if there is none. */
export async function modelSize(models: string): Promise<{ readonly bytes: number; readonly dtype: string }> {
  const manifest = Manifest.parse(JSON.parse(await readFile(join(models, "manifest.json"), "utf8")));
  const mini = manifest.models.find(({ id }) => id === "mini");
  if (mini === undefined) throw new Error(`No model "mini" in ${models}.`);
  return { bytes: mini.files.reduce((sum, { bytes }) => sum + bytes, 0), dtype: mini.dtype };
}
