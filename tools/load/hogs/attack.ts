import { type Agent, request as startRequest } from "node:http";
import type { FuzzRequest } from "../../../test/support/fuzz/fuzz-request.ts";
import type { Random } from "../../../test/support/random.ts";
import { send, type Sent } from "../../fuzz/send.ts";

/** What an attack may use. */
export interface Attacker {
  readonly url: URL;
  readonly agent: Agent;
  readonly random: Random;
  /** The origin of a server of images that misbehaves, on this machine. */
  readonly images: string;
  /** Pixels of the largest image that the place accepts. */
  readonly maxPixels: number;
}

/** What an attack led to: a result of a request, a status alone, or nothing since the hog had left. */
export type Result = Sent | { readonly type: "status"; readonly status: number } | { readonly type: "left" };

/** One attack and its result. */
export interface Attacked {
  readonly request: FuzzRequest;
  readonly result: Result;
}

/** A kind of hogs: one caller with several connections. */
export interface HogKind {
  /** Each begins an attack as soon as the one before has its result. */
  readonly connections: number;
  /** Makes what takes long to make, before the first attack. */
  readonly prepare?: (attacker: Attacker) => void;
  readonly attack: (attacker: Attacker) => Promise<Attacked>;
}

/** The hog's own address (RFC 1918), and its id at the backend. */
export const HOG = { address: "10.0.0.1", id: "hog" } as const;

/** Sends a whole request and closes its connection so many milliseconds later. */
export async function sendAndLeave({ url }: Attacker, request: FuzzRequest, afterMs: number): Promise<void> {
  const { method, target: path, headers, body } = request;
  const { hostname, port } = url;
  const lines = Object.fromEntries(headers);
  const call = startRequest({ hostname, port, method, path, agent: false, headers: lines }, (response) => {
    response.on("error", () => {}).resume();
  });
  const closed = new Promise<void>((resolve) => call.on("error", () => {}).once("close", resolve));
  call.end(body, () => setTimeout(() => call.destroy(), afterMs));
  await closed;
}

/** How many requests are given up, one of so many, and after how many milliseconds at the latest. */
export interface Leaving {
  readonly oneOf: number;
  readonly withinMs: number;
}

/** A kind of hogs that sends requests, and gives some up. */
export function requesting(
  connections: number,
  next: (attacker: Attacker) => FuzzRequest,
  leaving: Leaving = { oneOf: 8, withinMs: 1000 },
): HogKind {
  const attack = async (attacker: Attacker): Promise<Attacked> => {
    const { url, agent, random } = attacker;
    const request = next(attacker);
    if (!random.once(leaving.oneOf)) return { request, result: await send(url, agent, request, "load-hog") };
    await sendAndLeave(attacker, request, random.below(leaving.withinMs));
    return { request, result: { type: "left" } };
  };
  return { connections, attack };
}
