import { afterEach, beforeEach } from "vitest";
import { florenceEdge, helper, type Message, nextMessage, type RunningNode } from "./helper.ts";

const node = {
  id: "ask",
  type: "florence-edge",
  api: "api",
  task: "object-detection",
  image: "payload",
  imageType: "msg",
  options: {},
  returns: "full",
  drawing: "",
  wires: [["out"]],
};

/** Loads a flow with the node, a helper node that gets what it sends, and one behind a Catch node. */
export async function loadNode(settings: Message, { url, key = "" }: { readonly url: string; readonly key?: string }) {
  // A node without a place is a configuration node to Node-RED.
  const place = { z: "flow", x: 0, y: 0 };
  const flow = [
    { id: "flow", type: "tab" },
    { id: "api", type: "florence-edge-api", url },
    { ...node, ...place, ...settings },
    { id: "out", type: "helper", ...place, wires: [] },
    { id: "catch", type: "catch", ...place, scope: null, uncaught: false, wires: [["caught"]] },
    { id: "caught", type: "helper", ...place, wires: [] },
    { id: "complete", type: "complete", ...place, scope: ["ask"], wires: [["completed"]] },
    { id: "completed", type: "helper", ...place, wires: [] },
  ];
  await helper.load(florenceEdge, flow, { api: { key } });
  const [ask, out, caught, completed] = ["ask", "out", "caught", "completed"].map((id) => helper.getNode(id));
  if (!ask || !out || !caught || !completed) throw new Error("The flow is not loaded.");
  const next = Promise.race([nextMessage(out), nextMessage(caught)]);
  return { ask, out, completed, send: (message: Message) => (ask.receive(message), next) };
}

/** What the editor has shown below a node, one after the other. */
export const statuses = (ask: RunningNode): readonly Message[] => ask.status.args.map(([status]) => status);

/** Starts the helper's server for each test of a file. */
export function useHelper(): void {
  beforeEach(() => new Promise<void>((resolve) => helper.startServer(resolve)));
  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(resolve));
  });
}
