import { expect, it } from "vitest";
import { receiveFile } from "../../src/batches/receive-file.ts";
import { Problem } from "../../src/contract/problems.ts";
import { memoryBatchStorage } from "../support/memory-batches.ts";

it.each([
  ["too-many-batches", 0],
  ["storage-unavailable", 1],
] as const)("keeps its bytes if it may have been written down: %s", async (code, kept) => {
  const { objects, storage } = memoryBatchStorage();
  const id = `file-${"a".repeat(22)}`;
  const file = receiveFile({ id, storage, add: () => Promise.reject(new Problem(code, "No.")) });
  await file.write(new TextEncoder().encode("{}\n"));
  await expect(file.commit({ filename: "a.jsonl", keptSeconds: 3600 })).rejects.toMatchObject({ code });
  expect(objects.size).toBe(kept);
});
