import * as fc from "fast-check";
import type { FuzzRequest } from "../../test/support/fuzz/fuzz-request.ts";
import { type CampaignOptions, runRequest } from "./campaign.ts";
import { numberedRequests, type NumberedRequest, requestSeed, requestsTo } from "./numbered-requests.ts";
import { describe } from "./report.ts";
import type { Finished } from "./tally.ts";
import type { Targets } from "./targets.ts";

/** How many bytes of a body and characters of a response are printed. */
const SHOWN = 1500;

/** How many smaller requests are tried for one that violates something. */
const MAX_SHRINKS = 400;

/** Bytes as text that shows those that are not printable. */
function printable(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, SHOWN)).toString("latin1");
  return JSON.stringify(text) + (bytes.length > SHOWN ? ` and ${bytes.length - SHOWN} more bytes` : "");
}

function requestLines({ method, target, headers, body }: FuzzRequest): readonly string[] {
  return [
    `${method} ${target.slice(0, SHOWN)}`,
    ...headers.map(([name, value]) => `${name}: ${JSON.stringify(value.slice(0, SHOWN))}`),
    body === undefined ? "no body" : printable(body),
  ];
}

function print(finished: Finished): void {
  const { request, answer, violations } = finished;
  console.log(`\n${describe(finished)}`);
  console.log(requestLines(request).join("\n"));
  if (answer !== undefined) console.log(`-> ${answer.response.status}\n${answer.text.slice(0, SHOWN)}`);
  for (const { kind, detail } of violations) console.log(`${kind}: ${detail}`);
}

/** Looks for the smallest request that violates the same, and prints it. */
async function shrink(
  targets: Targets,
  { seed, topic }: CampaignOptions,
  { number, api, ...failed }: Finished,
): Promise<void> {
  const kinds = new Set(failed.violations.map(({ kind }) => kind));
  let smallest: Finished | undefined;
  const property = fc.asyncProperty(requestsTo(api, targets.images, topic), async (request) => {
    const numbered: NumberedRequest = { number, api, request };
    const finished = await runRequest(targets, seed, numbered);
    const isFine = !finished.violations.some(({ kind }) => kinds.has(kind));
    if (!isFine) smallest = finished;
    return isFine;
  });
  await fc.check(property, {
    seed: requestSeed(seed, number),
    numRuns: 1,
    interruptAfterTimeLimit: 20_000,
    maxSkipsPerRun: MAX_SHRINKS,
  });
  if (smallest === undefined) return;
  console.log("\nThe smallest that violates the same:");
  print(smallest);
}

/** Sends requests of a campaign again, one after the other, prints each, and shrinks those that violate something. */
export async function replay(targets: Targets, options: CampaignOptions): Promise<boolean> {
  const { seed, from, to, topic } = options;
  const requestOf = numberedRequests(seed, targets.images, topic);
  let isFine = true;
  for (let number = from; number < to; number += 1) {
    const finished = await runRequest(targets, seed, requestOf(number));
    print(finished);
    if (finished.violations.length > 0) {
      isFine = false;
      await shrink(targets, options, finished);
    }
  }
  return isFine;
}
