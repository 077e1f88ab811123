import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { tasks } from "../../src/florence/tasks.ts";
import type { FuzzRequest } from "../../test/support/fuzz/fuzz-request.ts";
import { root } from "../serve.ts";
import type { PlaceName } from "./observation.ts";
import { type Caller, inferJson, INFER_PATH, jsonRequest, postRequest, streamJson, STREAM_PATH } from "./requests.ts";

/** How many honest callers there are. */
const HONEST_CALLERS = 8;

/** Three for each caller, so that no two callers ask the same: equal requests would be answered together. */
const IMAGES_OF_EACH = 3;

/** The tasks of a caller's three requests: a text, boxes, and text with boxes. */
const honestTasks = ["caption", "object-detection", "ocr-with-region"] as const;

type Image = Uint8Array;

function edgeRequest(caller: Caller, image: Image, index: number): FuzzRequest {
  const task = honestTasks[index % honestTasks.length] ?? "caption";
  const type = "application/octet-stream";
  return postRequest({ caller, what: task, target: `/v1/${task}?beams=1`, body: image, type, isValid: true });
}

function backendRequest(caller: Caller, image: Image, index: number): FuzzRequest {
  const task = honestTasks[index % honestTasks.length] ?? "caption";
  const work = { image, prompts: [tasks[task].sentence], beams: 1 };
  const common = { caller, what: task, isValid: true };
  return index % 2 === 0
    ? jsonRequest({ ...common, target: INFER_PATH, json: inferJson(work) })
    : jsonRequest({ ...common, target: STREAM_PATH, json: streamJson(work) });
}

/** The addresses of callers are of TEST-NET-1 (RFC 5737). */
const callerOf = (number: number): Caller => ({ address: `192.0.2.${number + 1}`, id: `honest-${number}` });

/** Returns the requests of each honest caller: small ones, each of another task and image. */
export async function honestRequests(place: PlaceName): Promise<readonly (readonly FuzzRequest[])[]> {
  const folder = join(root, "test/vectors/mini/pictures");
  const names = (await readdir(folder)).toSorted();
  const images = await Promise.all(names.map((name) => readFile(join(folder, name))));
  const create = place === "backend" ? backendRequest : edgeRequest;
  return Array.from({ length: HONEST_CALLERS }, (_, caller) =>
    images
      .slice(IMAGES_OF_EACH * caller, IMAGES_OF_EACH * (caller + 1))
      .map((image, index) => create(callerOf(caller), new Uint8Array(image), caller + index)),
  );
}
