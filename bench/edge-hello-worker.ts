import { Hono } from "hono";

/** As little as a Worker with Hono can do: what the edge costs is measured against it. */
const hello = new Hono();
hello.get("/", (context) => context.json({ hello: "world" }));
hello.post("/", async (context) => context.json({ bytes: (await context.req.arrayBuffer()).byteLength }));

export default hello;
// wrangler builds no Worker without the classes that wrangler.toml binds.
export { RequestCoordinator } from "../functions/api.ts";
