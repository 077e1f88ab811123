import { Hono } from "hono";

/** A minimal Worker with Hono; the baseline for measuring the edge's overhead. */
const hello = new Hono();
hello.get("/", (context) => context.json({ hello: "world" }));
hello.post("/", async (context) => context.json({ bytes: (await context.req.arrayBuffer()).byteLength }));

export default hello;
// wrangler refuses to build a Worker without the classes that wrangler.toml binds.
export { Account, AccountDirectory, BatchBook, JobBook, Payments, RequestCoordinator } from "../functions/api.ts";
