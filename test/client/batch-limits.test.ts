import { expect, it } from "vitest";
import {
  BATCHES_PATH,
  FILES_PATH,
  MAX_BATCH_LINES,
  MAX_FILE_BYTES,
  MAX_LINE_BYTES,
} from "../../src/client/batch-object.ts";
import * as contract from "../../src/contract/batches.ts";
import * as paths from "../../src/contract/paths.ts";

it("the client knows the paths and limits of the API's batches", () => {
  expect([FILES_PATH, BATCHES_PATH]).toEqual([paths.FILES_PATH, paths.BATCHES_PATH]);
  expect([MAX_FILE_BYTES, MAX_BATCH_LINES, MAX_LINE_BYTES]).toEqual([
    contract.MAX_FILE_BYTES,
    contract.MAX_BATCH_LINES,
    contract.MAX_LINE_BYTES,
  ]);
});
