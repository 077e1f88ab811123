import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../src/inference/backend.ts";
import type { RunningServer } from "../../../src/serving/start-node.ts";
import { all, never } from "../../support/fake-client.ts";
import { startMiniServer } from "../../support/gpu-server.ts";
import { generations, goldenImages } from "../../support/mini-goldens.ts";
import { remoteAt, splitAt } from "../../support/placement-backends.ts";

let server: (RunningServer & AsyncDisposable) | undefined;
beforeAll(async () => {
  server = await startMiniServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const placements: readonly (readonly [string, (url: URL) => Backend])[] = [
  ["remote", remoteAt],
  ["split, with the server's own encoder model", (url) => splitAt(url, "offered")],
  ["split, with nothing but the bare graphs", (url) => splitAt(url, "graphs")],
];

describe.each(placements)("the placement %s", (_, create) => {
  it("gives the ids, texts and counts that PyTorch gives, greedily", async () => {
    const backend = create(server?.url ?? new URL("http://none.invalid"));
    const answers = await Promise.all(
      goldenImages.map(({ image, goldens }) => generations(backend, image, goldens, "greedy")),
    );
    const goldens = goldenImages.flatMap((picture) => picture.goldens);
    expect(answers.flat().map(({ tokenIds }) => tokenIds)).toEqual(goldens.map(({ greedy }) => greedy));
    expect(answers.flat().map(({ text }) => text)).toEqual(goldens.map((golden) => golden.greedy_text));
    expect(answers.flat().map(({ promptTokens }) => promptTokens)).toEqual(
      goldens.map((golden) => golden.prompt_ids.length),
    );
  });

  it("gives the ids that PyTorch gives with three beams", async () => {
    const backend = create(server?.url ?? new URL("http://none.invalid"));
    const answers = await Promise.all(
      goldenImages.map(({ image, goldens }) => generations(backend, image, goldens, "beams")),
    );
    const ids = answers.flat().map(({ tokenIds }) => tokenIds);
    const goldens = goldenImages.flatMap((picture) => picture.goldens);
    expect(ids).toEqual(goldens.map(({ beams }) => beams));
  });

  it.each([1, 3])("streams token by token what it gives in the end, with %i beams", async (beams) => {
    const backend = create(server?.url ?? new URL("http://none.invalid"));
    const [picture] = goldenImages;
    if (picture === undefined) throw new Error("There are no goldens.");
    const prompts = picture.goldens.slice(0, 3).map(({ prompt }) => prompt);
    const asked = { image: picture.image, prompts, decoding: { beams }, stream: true };
    const events = await all(backend.generate(asked, never));
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

  it("describes the model as the deployment's own files do", async () => {
    const backend = create(server?.url ?? new URL("http://none.invalid"));
    await backend.ready();
    expect(await backend.model()).toMatchObject({ id: "mini", dtype: "fp16", imageSize: 256, firstLocationId: 705 });
  });
});
