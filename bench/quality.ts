/**
 * Measures the quality of the product's answers: the figures of `florence-training evaluate` through the HTTP API, with the model in workerd, next
 * to those of PyTorch with the same weights. Needs `make -C training checkpoint art`. `--style` may be repeated; `--beside` reads existing figures
 * of PyTorch.
 *
 *   node bench/quality.ts [--scenes 64] [--style trained] [--beams 1] [--checkpoint training/build/checkpoint] [--beside figures.json]
 *                         [--out training/build/quality]
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../tools/bundle.ts";
import { root, serve } from "../tools/serve.ts";
import { answerAll } from "./quality/answer-all.ts";
import { printSideBySide, readFigures } from "./quality/figures.ts";
import { florenceTraining } from "./quality/florence-training.ts";

const { values } = parseArgs({
  options: {
    scenes: { type: "string", default: "64" },
    style: { type: "string", multiple: true, default: ["trained"] },
    beams: { type: "string", default: "1" },
    checkpoint: { type: "string", default: join(root, "training/build/checkpoint") },
    beside: { type: "string" },
    out: { type: "string", default: join(root, "training/build/quality") },
  },
});
const scenes = ["--scenes", values.scenes, "--style", ...values.style];
const settings = [...scenes, "--beams", values.beams];

async function answerByApi(): Promise<string> {
  const server = await serve(await bundle(), { port: 0 });
  try {
    return (await answerAll(server.url, values.out, Number(values.beams))).path;
  } finally {
    await server.stop();
  }
}

florenceTraining("questions", ...scenes, "--out", values.out);
const product = join(values.out, "api.json");
florenceTraining("evaluate", "--answers", await answerByApi(), ...settings, "--out", product);
const pytorch = values.beside ?? join(values.out, "pytorch.json");
if (values.beside === undefined) {
  // One thread: two threads wait for each other on a shared machine.
  florenceTraining("evaluate", "--checkpoint", values.checkpoint, ...settings, "--threads", "1", "--out", pytorch);
}
printSideBySide(await readFigures(product), await readFigures(pytorch));
