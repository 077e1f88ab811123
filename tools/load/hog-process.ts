/** A hog, in a process of its own, so that it cannot slow down what measures. It receives `HogOrder` over IPC and sends `HogReport`s. */
import { setTimeout as sleep } from "node:timers/promises";
import { declaredStatuses } from "../../test/support/document-check.ts";
import { pathOf } from "../../test/support/fuzz/fuzz-request.ts";
import { startImageServer } from "../../test/support/fuzz/image-server.ts";
import { createRandom } from "../../test/support/random.ts";
import { count } from "../fuzz/count.ts";
import { createAgent } from "../fuzz/send.ts";
import { checkOf } from "./answers.ts";
import type { Attacked, Attacker, HogKind, Result } from "./hogs/attack.ts";
import { hogsOf } from "./hogs/hogs.ts";
import type { HogTally, PlaceName } from "./observation.ts";

/** What a hog is started with. */
export interface HogOrder {
  readonly place: PlaceName;
  readonly kind: string;
  readonly url: string;
  readonly seed: number;
  readonly maxPixels: number;
}

/** What a hog sends: that it may begin, and at its end what it got. */
export type HogReport = { readonly type: "ready" } | { readonly type: "left"; readonly tally: HogTally };

/** How many answers with the same operation and status are checked as a whole; of all others, only the status is. */
const CHECKED = 20;

/** Pause of a connection after a refusal, in milliseconds: what a flood of refused requests costs is no matter of work. */
const AFTER_REFUSAL_MS = 50;

function nameOf(result: Result): string {
  if (result.type === "response") return String(result.response.status);
  if (result.type === "status") return String(result.status);
  return result.type === "left" ? "left" : "none";
}

function createCounter(place: PlaceName) {
  const check = checkOf(place);
  const [results, violations, checked] = [
    new Map<string, number>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ];
  const violationsOf = async ({ request, result }: Attacked, name: string): Promise<readonly string[]> => {
    if (result.type === "status" || result.type === "response") {
      const isChecked = count(checked, `${request.target.split("?", 1).join()} ${name}`) <= CHECKED;
      if (result.type === "response" && isChecked) return check(request, result);
      const isDeclared =
        place === "backend" || declaredStatuses(request.method, pathOf(request)).includes(Number(name));
      return isDeclared ? [] : [`undeclared status: ${name}`];
    }
    return [];
  };
  const add = async (attacked: Attacked): Promise<void> => {
    const name = nameOf(attacked.result);
    count(results, name);
    for (const violation of await violationsOf(attacked, name)) count(violations, violation);
  };
  const tally = (attacks: number): HogTally => {
    return { attacks, results: Object.fromEntries(results), violations: Object.fromEntries(violations) };
  };
  return { add, tally };
}

/** Pause after a request that was given up, in milliseconds: 64 connections send a hundred of the largest requests a second. */
const AFTER_LEAVING_MS = 500;

/** How long a connection waits before the next attack. */
function pauseAfter(result: Result): number {
  if (result.type === "left") return AFTER_LEAVING_MS;
  return result.type === "status" || (result.type === "response" && !result.response.ok) ? AFTER_REFUSAL_MS : 0;
}

/** Attacks over one connection for ever. */
async function attackOn(
  kind: HogKind,
  attacker: Attacker,
  begin: () => void,
  add: (attacked: Attacked) => Promise<void>,
) {
  for (;;) {
    begin();
    const attacked = await kind.attack(attacker);
    await add(attacked);
    await sleep(pauseAfter(attacked.result));
  }
}

const order: HogOrder = JSON.parse(process.argv[2] ?? "{}");
const kind = hogsOf(order.place)[order.kind];
if (kind === undefined) throw new Error(`There is no hog ${order.kind}.`);
const send = (report: HogReport): void => void process.send?.(report);
const images = await startImageServer();
const random = createRandom(order.seed);
const attacker: Attacker = { ...order, url: new URL(order.url), agent: createAgent(), random, images: images.origin };
const counter = createCounter(order.place);
let attacks = 0;
const begin = (): void => void (attacks += 1);
process.once("disconnect", () => process.exit());
process.on("message", (message) => {
  if (message === "leave") {
    send({ type: "left", tally: counter.tally(attacks) });
    // All connections end at once, whatever is in flight.
    process.disconnect();
    return;
  }
  for (let at = 0; at < kind.connections; at += 1) void attackOn(kind, attacker, begin, counter.add);
});
kind.prepare?.(attacker);
send({ type: "ready" });
