/**
 * Serves transformers.js over a minimal HTTP server: `transformers-js-server.ts THREADS`. `POST /?prompt=…` with an image as
 * the body returns the generated ids as JSON. Its graphs block the thread, so requests are processed one at a time; this also
 * keeps the first requests from waiting for all others. The first line of standard output is JSON with the address.
 */
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { loadModel, loadProcessor } from "../competitors/transformers-js.ts";

// A regular exit removes the copy of the model.
process.once("SIGTERM", () => process.exit());
const { library, processor } = await loadProcessor();
const model = await loadModel(library, Number(process.argv[2]));

/** Returns the ids after the decoder's start token, generated with the checkpoint's `generation_config.json`. */
async function answer(image: Uint8Array<ArrayBuffer>, prompt: string): Promise<readonly number[]> {
  const pixels = await processor.image_processor(await library.RawImage.fromBlob(new Blob([image])));
  const output = await model.generate({ ...pixels, ...processor.tokenizer([prompt]), do_sample: false });
  return output.tolist()[0]?.slice(1).map(Number) ?? [];
}

let last: Promise<unknown> = Promise.resolve();

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? "", "http://127.0.0.1");
  const prompt = searchParams.get("prompt") ?? "";
  const respond = async (): Promise<void> => {
    const image = await buffer(request);
    last = last.then(async () => response.end(JSON.stringify(await answer(new Uint8Array(image), prompt))));
    await last;
  };
  respond().catch((thrown: unknown) => response.writeHead(500).end(String(thrown)));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("The server listens on no port.");
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${address.port}/` }));
});
