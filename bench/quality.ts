/**
 * How well the product answers: the figures of `florence-training evaluate` through the HTTP API, the model inside workerd, beside the same figures of PyTorch.
 * Needs `make -C training checkpoint art`.
 *
 *   node bench/quality.ts [--scenes 64] [--style trained|unseen|…] [--beams 1] [--checkpoint training/build/checkpoint] [--out training/build/quality]
 */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle, root, type Server, serve } from "../tools/serve.ts";
import { python } from "./backend/servers.ts";
import { askApi } from "./quality/ask.ts";
import { printSideBySide, readFigures } from "./quality/figures.ts";
import { readQuestions } from "./quality/questions.ts";

const { values } = parseArgs({
  options: {
    scenes: { type: "string", default: "64" },
    style: { type: "string", multiple: true, default: ["trained"] },
    beams: { type: "string", default: "1" },
    checkpoint: { type: "string", default: join(root, "training/build/checkpoint") },
    out: { type: "string", default: join(root, "training/build/quality") },
  },
});
const scenes = ["--scenes", values.scenes, "--style", ...values.style];
const answersPath = join(values.out, "answers.jsonl");

function train(...words: readonly string[]): void {
  execFileSync(python, ["-m", "florence_training", ...words], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

/** Asks everything and writes a line for each answer. */
async function answerAll(server: Server): Promise<void> {
  const lines: string[] = [];
  for (const [picture, questions] of await readQuestions(values.out)) {
    const answers = await askApi(
      server.url,
      await readFile(join(values.out, picture)),
      questions,
      Number(values.beams),
    );
    lines.push(...questions.map(({ id }, index) => JSON.stringify({ id, answer: answers[index] })));
  }
  await writeFile(answersPath, `${lines.join("\n")}\n`);
}

train("questions", ...scenes, "--out", values.out);
const server = await serve(await bundle(), { port: 0 });
try {
  await answerAll(server);
} finally {
  await server.stop();
}
const [product, pytorch] = [join(values.out, "api.json"), join(values.out, "pytorch.json")];
train("evaluate", "--answers", answersPath, ...scenes, "--beams", values.beams, "--out", product);
train("evaluate", "--checkpoint", values.checkpoint, ...scenes, "--beams", values.beams, "--threads", "1", "--out", pytorch);
printSideBySide(await readFigures(product), await readFigures(pytorch));
