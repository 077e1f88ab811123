/**
 * Times `npm start -- --model …` on a machine that has nothing yet: a hub on this machine sends the files of an exported model and cuts the connection
 * twice. Then the second start, which finds the model. `make -C training start-base` makes a model of base's size and calls this.
 *
 *   node bench/start-model.ts [exported folder]
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMirror } from "../test/support/hub-mirror.ts";
import { mirroredModel } from "../test/support/mirrored-model.ts";
import { type RunningTool, startTool } from "../test/support/tool.ts";
import { root } from "../tools/serve.ts";
import { timed } from "./measure.ts";

/** Of the public models, one whose files sources.json does not pin: these here are others. */
const MODEL = "florence-2-base-ft";
/** The file that is cut, after these tenths of it. */
const CUT = "onnx/decoder_model_merged.onnx";
const CUTS = [3, 6];
const TENTHS = 10;
/** Random weights seldom end an answer by themselves. */
const ANSWER_TOKENS = 20;
const READY = "Stop: Ctrl+C";

const [folder = join(root, "training/build/random-base/exported")] = process.argv.slice(2);
const mirror = await startMirror(await mirroredModel(folder));
const shards = await mkdtemp(join(tmpdir(), "florence-edge-models-"));
const size = (await readFile(join(folder, CUT))).length;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const start = () =>
  startTool("start.ts", ["--port", "0", "--model", MODEL, "--shards", shards, "--yes"], {
    HF_ENDPOINT: mirror.url.href,
  });

/** Breaks the connection each time when the command says that this many tenths have come. */
async function cutTwice({ waitForOutput }: RunningTool): Promise<void> {
  for (const tenths of CUTS) {
    await waitForOutput(new RegExp(`${CUT} .* ${tenths}\\d %`, "u"));
    mirror.arrived(Infinity);
  }
}

async function firstAnswer({ printed }: RunningTool): Promise<string> {
  const origin = /answers at (?<origin>http:\/\/\S+:\d+)/u.exec(printed())?.groups?.["origin"];
  const body = await readFile(join(root, "test/pictures/street.jpg"));
  const headers = { "content-type": "image/jpeg" };
  const response = await fetch(`${origin}/v1/caption?max_new_tokens=${ANSWER_TOKENS}`, {
    method: "POST",
    headers,
    body,
  });
  return `status ${response.status}`;
}

/** Starts, waits until the API answers, sends one request, and stops. */
async function measure(name: string, whileStarting: (tool: RunningTool) => Promise<void>): Promise<void> {
  const tool = start();
  const ready = await timed(() => Promise.all([tool.waitForOutput(READY), whileStarting(tool)]));
  const answered = await timed(() => firstAnswer(tool));
  const stopped = await timed(() => {
    tool.child.kill("SIGINT");
    return tool.ended;
  });
  console.log(`${name}: ready after ${seconds(ready.ms)}, first answer ${seconds(answered.ms)} (${answered.result})`);
  const steps = tool.printed().match(/^(?:Cutting|Loading|Building|Starting).*$/gmu) ?? [];
  console.log(`  ${steps.join(", ")}`);
  console.log(`  Ctrl+C: exit status ${stopped.result} after ${seconds(stopped.ms)}`);
}

const cutAfter = (tenths: number) => Math.ceil((size * tenths) / TENTHS);
mirror.faults.set(CUT, [{ cutAfter: cutAfter(3.5) }, { cutAfter: cutAfter(3) }]);
try {
  await measure("first start", cutTwice);
  const parts = mirror.requests.filter(({ at, path }) => at === "storage" && path.endsWith(CUT)).length;
  console.log(`  ${CUT} came in ${parts} transfers`);
  await measure("second start", async () => {});
} finally {
  await mirror.stop();
  await rm(shards, { recursive: true });
}
