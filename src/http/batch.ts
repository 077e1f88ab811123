import { BatchBody, MAX_BATCH_ITEMS } from "../contract/batch.ts";
import { bodiesByInput } from "../contract/requests.ts";
import type { BatchRequest, TaskRow } from "../contract/service.ts";
import type { BodyOptions } from "./body.ts";
import { readJsonObject } from "./json-request.ts";
import { type CheckTask, DELIMITERS_PER_ITEM, readTaskItem } from "./task-item.ts";
import { imageInput } from "./task-request.ts";
import { validated } from "./validated.ts";

/** Reads several tasks, each with its own image, from a JSON body. Throws `Problem` for errors that concern the whole request. */
export async function readBatchRequest(
  rows: readonly TaskRow[],
  request: Request,
  body: BodyOptions,
  check?: CheckTask,
): Promise<BatchRequest> {
  const given = await readJsonObject(request, MAX_BATCH_ITEMS * DELIMITERS_PER_ITEM, body);
  const { items, async, webhook } = validated(BatchBody, given);
  const byName = new Map(rows.map((row) => [row.name, row]));
  const read = items.map(({ task, ...fields }) =>
    readTaskItem({ rows: byName, check }, task, ({ input }) => {
      const { image, ...options } = validated(bodiesByInput[input], fields);
      return { image: imageInput(image), options };
    }),
  );
  return { items: read, async, webhook };
}
