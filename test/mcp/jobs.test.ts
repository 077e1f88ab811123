import { describe, expect, it } from "vitest";
import { createJobWorld } from "../support/job-world.ts";
import { mcpApp } from "../support/mcp-app.ts";
import { mcpClients } from "../support/mcp-messages.ts";

const URL = "https://example.com/cat.png";

/** An application with jobs whose messages wait until `deliver`. */
function withJobs() {
  const world = createJobWorld();
  const { app, asked } = mcpApp({}, { jobs: world.mount, ownCalls: world.ownCalls });
  world.answerWith(async (request) => app.fetch(request));
  const { legacy, modern } = mcpClients(app);
  const call = async (name: string, args: object) => {
    const { last } = await modern("tools/call", { name, arguments: args });
    return last.result;
  };
  return { world, asked, legacy, modern, call };
}

describe("tools for answers that come later", () => {
  it("are listed where there are jobs, and the list still has less than 10 kB", async () => {
    const { legacy } = withJobs();
    const tools = (await legacy("tools/list")).last.result?.tools ?? [];
    expect(tools.map(({ name }) => name).slice(-2)).toEqual(["start_job", "get_job"]);
    expect(tools.at(-2)).toMatchObject({ annotations: { readOnlyHint: false, destructiveHint: false } });
    expect(tools.at(-1)).toMatchObject({ annotations: { readOnlyHint: true } });
    expect(new TextEncoder().encode(JSON.stringify(tools)).length).toBeLessThan(10_000);
    const { last } = await mcpClients(mcpApp().app).legacy("tools/list");
    expect(last.result?.tools).toHaveLength(tools.length - 2);
  });

  it.each([
    ["describe_image", { detail: "sentences" }, "detailed-caption"],
    ["find_objects", { names: ["cat"] }, "open-vocabulary-detection"],
    ["look_at_image", { tasks: [{ task: "caption" }] }, "analyze"],
  ])("answer what %s answers", async (tool, more, task) => {
    const { world, call } = withJobs();
    const args = { image: URL, ...more };
    const started = await call("start_job", { tool, arguments: args });
    expect(started?.structuredContent).toEqual({ job: expect.stringMatching(/^job_/u), status: "queued" });
    const job = started?.structuredContent?.["job"];
    expect((await call("get_job", { job }))?.structuredContent).toEqual({ job, status: "queued" });
    await world.deliver();
    const { structuredContent: ended } = (await call("get_job", { job, wait: 1 })) ?? {};
    const direct = await call(tool, args);
    expect(ended).toEqual({ job, status: "succeeded", answer: direct?.structuredContent });
    expect(world.books.rows()).toMatchObject([{ task }]);
  });

  it("refuse at once what the tool would refuse, and what is no tool or job", async () => {
    const { world, call } = withJobs();
    const refused = [
      await call("start_job", { tool: "describe_region", arguments: { image: URL } }),
      await call("start_job", { tool: "get_job", arguments: { job: "job_1" } }),
      await call("start_job", { tool: "describe_image", arguments: {} }),
      await call("get_job", { job: `job_${"0".repeat(22)}` }),
      await call("get_job", { job: "../tasks" }),
    ];
    expect(refused.map((each) => each?.isError)).toEqual(refused.map(() => true));
    expect(world.queue).toEqual([]);
  });
});
