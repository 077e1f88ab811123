import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { createModelDescriptionCache, MODEL_RETRY_MS } from "../../src/generations/model-description-cache.ts";

const description = { id: "m", revision: "1", dtype: "fp32", imageSize: 1, firstLocationId: 0 };

/** A cache before a backend with a settable model revision or failure. */
function createCache() {
  let clock = 0;
  let reply: string | Problem = "1";
  let calls = 0;
  const model = async () => {
    calls += 1;
    if (reply instanceof Problem) throw reply;
    return { ...description, revision: reply };
  };
  const { model: modelOf, invalidate } = createModelDescriptionCache({ model }, () => clock);
  return {
    revision: async () => (await modelOf()).revision,
    invalidate,
    setReply: (next: string | Problem) => void (reply = next),
    advance: (ms: number) => void (clock += ms),
    calls: () => calls,
  };
}

const down = new Problem("backend-unavailable", "down");

describe("the model description", () => {
  it("is requested at each call while the backend replies", async () => {
    const { revision, setReply, calls } = createCache();
    expect(await revision()).toBe("1");
    setReply("2");
    expect(await revision()).toBe("2");
    expect(calls()).toBe(2);
  });

  it("is the last known one while the backend is down, which is not called again for `MODEL_RETRY_MS`", async () => {
    const { revision, setReply, advance, calls } = createCache();
    await revision();
    setReply(down);
    for (let index = 0; index < 3; index += 1) expect(await revision()).toBe("1");
    expect(calls()).toBe(2);
    advance(MODEL_RETRY_MS);
    setReply("2");
    expect(await revision()).toBe("2");
  });

  it("is requested again at once after `invalidate`", async () => {
    const { revision, setReply, invalidate } = createCache();
    await revision();
    setReply(down);
    await revision();
    setReply("2");
    expect(await revision()).toBe("1");
    invalidate();
    expect(await revision()).toBe("2");
  });

  it.each(["model-corrupt", "misconfigured"] as const)(
    "is not served from the cache after a permanent failure: %s",
    async (code) => {
      const { revision, setReply } = createCache();
      await revision();
      setReply(new Problem(code, "bad"));
      await expect(revision()).rejects.toMatchObject({ code });
    },
  );

  it("throws the backend's problem if none is known yet", async () => {
    const { revision, setReply } = createCache();
    setReply(down);
    await expect(revision()).rejects.toBe(down);
  });
});
