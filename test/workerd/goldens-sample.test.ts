import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { RawAnswer } from "../../src/contract/forms.ts";
import { taskPath } from "../../src/contract/paths.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { describeImages } from "../support/golden-cases.ts";
import { type Golden, goldenImages } from "../support/mini-goldens.ts";
import { miniInWorkerd } from "./mini-in-workerd.ts";

/** One image of the model's input size and one that is resized; `npm run test:full` uses all 24. */
const sample = goldenImages.filter((_, index) => index === 0 || index === 12);

/** Returns the URL of the request for which the Worker builds a golden's prompt. */
function requestUrl({ task: token, prompt }: Golden) {
  const [name, row] = Object.entries(tasks).find(([, { token: own }]) => own === token) ?? [];
  if (name === undefined || row === undefined) throw new Error(`There is no task with the token ${token}.`);
  const [before = "", after = ""] = row.sentence.split("{input}");
  const input = prompt.slice(before.length, prompt.length - after.length);
  const query = new URLSearchParams({ format: "raw" });
  if (row.input === "region") query.set("region", input);
  else if (row.input !== "none") query.set("text", input);
  return `https://api.test${taskPath(name)}?${query.toString()}`;
}

describe("the Worker", () => {
  it.each(sample)(
    "generates the same tokens as PyTorch for $name and all fifteen tasks",
    async ({ image, goldens }) => {
      const answers: RawAnswer[] = [];
      for (const golden of goldens) {
        const headers = { "content-type": `image/${image.format}` };
        const body = new Uint8Array(image.bytes);
        const response = await exports.default.fetch(requestUrl(golden), { method: "POST", headers, body });
        answers.push(RawAnswer.parse(await response.json()));
      }
      const generations = answers.map((answer) => answer.generations[0]);
      expect(new Set(answers.map(({ task }) => task)).size).toBe(15);
      expect(generations.map((generation) => generation?.prompt)).toEqual(goldens.map(({ prompt }) => prompt));
      expect(generations.map((generation) => generation?.token_ids)).toEqual(goldens.map(({ greedy }) => greedy));
      expect(generations.map((generation) => generation?.text)).toEqual(goldens.map((golden) => golden.greedy_text));
    },
  );
});

describeImages(miniInWorkerd, "beams", sample.slice(0, 1));
