import { createRequire } from "node:module";
import { join } from "node:path";
import type { FlowNode } from "./node-red.ts";

/** A message of a flow. */
export type Message = Readonly<Record<string, unknown>>;

/** A running node of a flow: what these tests use of it. */
export interface RunningNode {
  receive(message: object): void;
  on(event: string, listener: (message: Record<string, unknown>) => void): void;
  readonly status: { readonly args: readonly (readonly [Message])[] };
  context(): { readonly flow: { set(name: string, value: unknown): void } };
}

/** Node-RED's own helper for tests of nodes; its package has no types. */
interface TestHelper {
  init(runtime: string, settings?: object): void;
  startServer(done: () => void): void;
  stopServer(done: () => void): void;
  load(register: unknown, flow: readonly FlowNode[], credentials: object): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): RunningNode;
}

const require = createRequire(import.meta.url);

/** Packages of this folder's lock file. */
const packages = join(import.meta.dirname, "../node_modules");

/** The helper, with the Node-RED of this folder. */
export const helper: TestHelper = require(join(packages, "node-red-node-test-helper"));
helper.init(require.resolve(join(packages, "node-red")));

/** What the package's file exports to Node-RED. */
export const florenceEdge: unknown = require("../../../../integrations/node-red/nodes/florence-edge.js").default;

/** Waits for the next message that arrives at a node. */
export const nextMessage = (node: RunningNode): Promise<Record<string, unknown>> =>
  new Promise((resolve) => {
    node.on("input", resolve);
  });
