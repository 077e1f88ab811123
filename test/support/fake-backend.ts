import type { Backend, FinishReason, GenerateRequest } from "../../src/inference/backend.ts";

/** The id of `<loc_0>` in the fake vocabulary; words have ids below it. */
export const FIRST_LOCATION_ID = 1000;

/** The fake model's generation and the probability of each token. */
export interface FakeGeneration {
  readonly text: string;
  readonly probability?: number;
  readonly finishReason?: FinishReason;
}

/** Splits a text into tokens, without losing a character: one per location or special token, one per stretch of text between them. */
function tokensOf(text: string): readonly string[] {
  return text.match(/<loc_\d+>|<[^>]*>|[^<]+|</gu) ?? [];
}

function idOf(token: string): number {
  const bin = /^<loc_(?<bin>\d{1,4})>$/u.exec(token)?.groups?.["bin"];
  return bin === undefined ? 7 : FIRST_LOCATION_ID + Number(bin);
}

/** A backend that generates the same text for every prompt, with token events if the request streams, and records its requests. */
export function fakeBackend({ text, probability = 1, finishReason = "stop" }: FakeGeneration) {
  const requests: GenerateRequest[] = [];
  const backend: Backend = {
    async *generate(request) {
      requests.push(request);
      const tokens = tokensOf(text);
      const tokenIds = tokens.map(idOf);
      const tokenLogprobs = tokenIds.map(() => Math.log(probability));
      for (const prompt of request.prompts.keys()) {
        for (const token of request.stream === true ? tokens : []) {
          yield { type: "token", prompt, id: idOf(token), logprob: Math.log(probability), text: token };
        }
        const generation = { tokenIds, tokenLogprobs, text, finishReason, promptTokens: 12 };
        yield { type: "done", prompt, generation };
      }
    },
    ready: () => Promise.resolve(),
    model: () =>
      Promise.resolve({
        id: "fake",
        revision: "1",
        dtype: "fp32",
        imageSize: 256,
        firstLocationId: FIRST_LOCATION_ID,
      }),
  };
  return { backend, requests };
}
