import type { FuzzRequest } from "../../../test/support/fuzz/fuzz-request.ts";
import { createRandom } from "../../../test/support/random.ts";
import { type BackendWork, inferJson, INFER_PATH, jsonRequest, streamJson, STREAM_PATH } from "../requests.ts";
import { type Attacker, HOG, type HogKind, requesting } from "./attack.ts";
import { bombing, freshImage } from "./images.ts";
import { anySentence } from "./sentences.ts";
import { stalledUploads, tinyChunks } from "./slow-bodies.ts";
import { hugeJson, makeJson } from "./structures.ts";

const many = <Item>(length: number, create: (index: number) => Item): readonly Item[] =>
  Array.from({ length }, (_, index) => create(index));

/** The same work as a call of `infer`, or of `generate_stream`. */
function call({ random }: Attacker, what: string, work: BackendWork): FuzzRequest {
  const common = { caller: HOG, what };
  return random.once(2)
    ? jsonRequest({ ...common, target: INFER_PATH, json: inferJson(work) })
    : jsonRequest({ ...common, target: STREAM_PATH, json: streamJson(work) });
}

function prompts(what: string, count: number, options: Omit<BackendWork, "image" | "prompts">) {
  return (attacker: Attacker): FuzzRequest => {
    const { random } = attacker;
    return call(attacker, what, {
      image: freshImage(random),
      prompts: many(count, () => anySentence(random)),
      ...options,
    });
  };
}

/** Each call has another limit of tokens, so that no batch joins two. */
const analyze = (attacker: Attacker): FuzzRequest =>
  prompts("32 prompts", 32, { beams: 3, maxNewTokens: 900 + attacker.random.below(100) })(attacker);

const bomb = (attacker: Attacker, image: Uint8Array): FuzzRequest =>
  call(attacker, "a bomb", { image, prompts: [anySentence(attacker.random)], maxNewTokens: 2 });

function structure({ random }: Attacker): FuzzRequest {
  const target = random.pick([INFER_PATH, STREAM_PATH]);
  return jsonRequest({
    caller: HOG,
    what: "JSON",
    target,
    json: hugeJson(random, ["inputs", "outputs", "text_input"]),
  });
}

function named(target: string, json: unknown) {
  return jsonRequest({ caller: HOG, what: "names", target, json });
}

/** Names of parameters and of inputs. They are made once: what a hog computes is taken from the backend beside it. */
function fields(): HogKind {
  const names = Object.fromEntries(many(20_000, (index) => [`n${index}`, index]));
  const inputs = many(10_000, (index) => ({ name: `n${index}`, datatype: "INT32", shape: [1], data: [1] }));
  const random = createRandom(1);
  const work = inferJson({ image: freshImage(random), prompts: [anySentence(random)] });
  const requests = [
    named(STREAM_PATH, { text_input: "a", parameters: names }),
    named(INFER_PATH, Object.assign({ parameters: names }, work)),
    named(INFER_PATH, { inputs }),
  ] as const;
  return requesting(4, (attacker) => attacker.random.pick(requests));
}

const upload = jsonRequest({ caller: HOG, what: "an upload", target: INFER_PATH, json: "" });

/** The kinds of hogs in front of a backend that trusts whoever reaches it. It fetches no addresses. */
export const backendHogs: Readonly<Record<string, HogKind>> = {
  labels: requesting(8, prompts("64 prompts", 64, { beams: 5 })),
  analyze: requesting(8, analyze),
  batch: requesting(32, prompts("an item", 1, { beams: 3, maxNewTokens: 256 })),
  captions: requesting(32, prompts("a caption", 1, { beams: 1 })),
  chunks: tinyChunks(upload),
  stalled: stalledUploads(upload),
  bombs: bombing(bomb),
  json: { ...requesting(4, structure), prepare: makeJson },
  fields: fields(),
  leavers: requesting(64, prompts("128 prompts", 128, { beams: 16 }), { oneOf: 1, withinMs: 50 }),
};
