import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { createModelDescriptionCache, MODEL_RETRY_MS } from "../../src/generations/model-description-cache.ts";

const description = { id: "m", revision: "1", dtype: "fp32", imageSize: 1, firstLocationId: 0 };

/** A memory of a backend that says what it is told to. */
function memory() {
  let clock = 0;
  let says: string | Problem = "1";
  let asked = 0;
  const model = async () => {
    asked += 1;
    if (says instanceof Problem) throw says;
    return { ...description, revision: says };
  };
  const { model: modelOf, forget } = createModelDescriptionCache({ model }, () => clock);
  return {
    revision: async () => (await modelOf()).revision,
    forget,
    say: (revision: string | Problem) => void (says = revision),
    pass: (ms: number) => void (clock += ms),
    asked: () => asked,
  };
}

const down = new Problem("backend-unavailable", "down");

describe("which model answers", () => {
  it("is asked each time while the backend says it", async () => {
    const { revision, say, asked } = memory();
    expect(await revision()).toBe("1");
    say("2");
    expect(await revision()).toBe("2");
    expect(asked()).toBe(2);
  });

  it("is as it was while the backend is down, which is then left alone: what is in the cache waits for the question", async () => {
    const { revision, say, pass, asked } = memory();
    await revision();
    say(down);
    for (let times = 0; times < 3; times += 1) expect(await revision()).toBe("1");
    expect(asked()).toBe(2);
    pass(MODEL_RETRY_MS);
    say("2");
    expect(await revision()).toBe("2");
  });

  it("is asked at once when it was seen to be another", async () => {
    const { revision, say, forget } = memory();
    await revision();
    say(down);
    await revision();
    say("2");
    expect(await revision()).toBe("1");
    forget();
    expect(await revision()).toBe("2");
  });

  it.each(["model-corrupt", "misconfigured"] as const)(
    "is not as it was where that will not pass: %s",
    async (code) => {
      const { revision, say } = memory();
      await revision();
      say(new Problem(code, "bad"));
      await expect(revision()).rejects.toMatchObject({ code });
    },
  );

  it("is nothing that can be guessed", async () => {
    const { revision, say } = memory();
    say(down);
    await expect(revision()).rejects.toBe(down);
  });
});
