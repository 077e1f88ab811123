import { expect, it } from "vitest";
import { createLiveBook } from "../../src/jobs/live-book.ts";
import { memoryJobTables } from "../support/memory-jobs.ts";

const seed = {
  id: `job_${"a".repeat(22)}`,
  fingerprint: "f",
  requestId: "r",
  payer: null,
  task: "caption",
  request: { origin: "https://florence.test", target: "/v1/caption", headers: {} },
  webhook: null,
  isFlat: false,
  bodyObject: "jobs/a/request",
};

it("tells a repeat of the job that is stored after the alarm of the first could not be set once", async () => {
  let isAway = true;
  const book = createLiveBook({
    tables: memoryJobTables(),
    now: () => 0,
    after: () => () => {},
    onEnd: () => {},
    send: async () => {},
    deleteObjects: async () => {},
    wakeAt: async () => {},
    wakeBy: async () => {
      if (isAway) throw new Error("The alarm could not be set.");
    },
  });
  await expect(book.create(seed)).rejects.toThrow("alarm");
  isAway = false;
  expect(await book.create(seed)).toMatchObject({ type: "existing", job: { status: "queued" } });
});
