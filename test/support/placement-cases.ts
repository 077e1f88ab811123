import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../src/inference/backend.ts";
import type { RunningServer } from "../../src/serving/start-node.ts";
import { all, never } from "./fake-client.ts";
import { startMiniServer } from "./gpu-server.ts";
import { generations, goldenImages } from "./mini-goldens.ts";

/** Tests one placement against a GPU backend with the mini model: all goldens, streams and the model description. */
export function describePlacement(name: string, create: (url: URL) => Backend): void {
  let server: (RunningServer & AsyncDisposable) | undefined;
  beforeAll(async () => {
    server = await startMiniServer();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  describe(`the placement ${name}`, () => {
    it("returns the ids, texts and counts of PyTorch with greedy search", async () => {
      const backend = create(server?.url ?? new URL("http://none.invalid"));
      const answers = await Promise.all(
        goldenImages.map(({ image, goldens }) => generations(backend, image, goldens, "greedy")),
      );
      const goldens = goldenImages.flatMap((each) => each.goldens);
      expect(answers.flat().map(({ tokenIds }) => tokenIds)).toEqual(goldens.map(({ greedy }) => greedy));
      expect(answers.flat().map(({ text }) => text)).toEqual(goldens.map((golden) => golden.greedy_text));
      expect(answers.flat().map(({ promptTokens }) => promptTokens)).toEqual(
        goldens.map((golden) => golden.prompt_ids.length),
      );
    });

    it("returns the ids of PyTorch with three beams", async () => {
      const backend = create(server?.url ?? new URL("http://none.invalid"));
      const answers = await Promise.all(
        goldenImages.map(({ image, goldens }) => generations(backend, image, goldens, "beams")),
      );
      const ids = answers.flat().map(({ tokenIds }) => tokenIds);
      const goldens = goldenImages.flatMap((each) => each.goldens);
      expect(ids).toEqual(goldens.map(({ beams }) => beams));
    });

    it.each([1, 3])("streams the tokens of the final generation one by one, with %i beams", async (beams) => {
      const backend = create(server?.url ?? new URL("http://none.invalid"));
      const [first] = goldenImages;
      if (first === undefined) throw new Error("There are no goldens.");
      const prompts = first.goldens.slice(0, 3).map(({ prompt }) => prompt);
      const request = { image: first.image, prompts, decoding: { beams }, stream: true };
      const events = await all(backend.generate(request, never));
      for (const [prompt] of prompts.entries()) {
        const own = events.filter((event) => event.prompt === prompt);
        const tokens = own.filter((event) => event.type === "token");
        const [done, ...others] = own.filter((event) => event.type === "done");
        expect(tokens.map(({ id }) => id)).toEqual(done?.generation.tokenIds);
        expect(tokens.map(({ logprob }) => logprob)).toEqual(done?.generation.tokenLogprobs);
        expect(tokens.map(({ text }) => text).join("")).toBe(done?.generation.text);
        expect([own.at(-1)?.type, others]).toEqual(["done", []]);
      }
    });

    it("returns the model description of the deployment's own files", async () => {
      const backend = create(server?.url ?? new URL("http://none.invalid"));
      await backend.ready();
      const domain = expect.stringContaining("no photographs");
      const description = { id: "mini", dtype: "fp16", domain, imageSize: 256, firstLocationId: 705 };
      expect(await backend.model()).toMatchObject(description);
    });
  });
}
