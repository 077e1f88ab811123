import { readFile } from "node:fs/promises";
import * as z from "zod";

/** The output of `florence-training evaluate`: figures by the task's token and their own name. */
const Evaluation = z.object({ figures: z.record(z.string(), z.record(z.string(), z.number())) });

/** Reads the figures of a file, keyed by `<TASK> name`. */
export async function readFigures(path: string): Promise<ReadonlyMap<string, number>> {
  const { figures } = Evaluation.parse(JSON.parse(await readFile(path, "utf8")));
  return new Map(
    Object.entries(figures).flatMap(([task, named]) =>
      Object.entries(named).map(([name, value]) => [`${task} ${name}`, value] as const),
    ),
  );
}

/** Prints the product's figures next to PyTorch's, one per line, and how many are equal to the last digit in the files. */
export function printSideBySide(product: ReadonlyMap<string, number>, pytorch: ReadonlyMap<string, number>): void {
  console.log(`${"".padEnd(56)}${"HTTP API".padStart(10)}${"PyTorch".padStart(10)}`);
  for (const [name, value] of product) {
    console.log(name.padEnd(56) + [value, pytorch.get(name)].map((each) => String(each).padStart(10)).join(""));
  }
  const same = [...product].filter(([name, value]) => pytorch.get(name) === value).length;
  console.log(`${same} of ${product.size} figures are the same`);
}
