import { describe, expect, it } from "vitest";
import { bookOf, isJobId, jobId } from "../../src/jobs/ids.ts";
import { secureRandom } from "../support/any-key.ts";

const asked = { account: undefined, idempotencyKey: undefined, fingerprint: "f" };

const keyed = (account: string | undefined, idempotencyKey: string, fingerprint: string) =>
  jobId({ account, idempotencyKey, fingerprint }, secureRandom);

describe("the id of a job", () => {
  it("is random without an Idempotency-Key", async () => {
    const ids = await Promise.all(Array.from({ length: 200 }, () => jobId(asked, secureRandom)));
    expect(ids.every(isJobId)).toBe(true);
    expect(new Set(ids).size).toBe(200);
  });

  it("is derived with one: from the account and the key, or, where there are none, from the key and what is asked", async () => {
    expect(isJobId(await keyed("a", "k", "f"))).toBe(true);
    expect(await keyed("a", "k", "f")).toBe(await keyed("a", "k", "g"));
    expect(await keyed(undefined, "k", "f")).toBe(await keyed(undefined, "k", "f"));
    const different = [
      keyed("a", "k", "f"),
      keyed("b", "k", "f"),
      keyed("a", "l", "f"),
      keyed(undefined, "k", "f"),
      keyed(undefined, "k", "g"),
    ];
    expect(new Set(await Promise.all(different)).size).toBe(different.length);
  });

  it("is always there: a digest has more bytes than the digits need", async () => {
    const ids = await Promise.all(
      Array.from({ length: 500 }, (_, index) => jobId({ ...asked, idempotencyKey: `k${index}` }, secureRandom)),
    );
    expect(ids.every(isJobId)).toBe(true);
    expect(new Set(ids).size).toBe(500);
  });

  it("names the book that the job is in", () => {
    expect(bookOf("job_Zabc", undefined)).toBe("shard Z");
    expect(bookOf("job_Zabc", "acc")).toBe("account acc");
  });

  it.each([
    "",
    "job_",
    "job_123",
    "JOB_0000000000000000000000",
    "job_000000000000000000000-",
    "job_00000000000000000000000",
  ])("is not %j", (text) => expect(isJobId(text)).toBe(false));
});
