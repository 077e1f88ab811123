import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../../src/contract/problem-details.ts";
import { bundle } from "../../../tools/bundle.ts";
import { serve } from "../../../tools/serve.ts";
import { badVariables, goodVariables } from "../../support/bad-variables.ts";

const good = Object.fromEntries(
  Object.entries(goodVariables).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
);

/** The first values of every variable: texts, since a server's variables are. The others are tried on the schema only. */
function firstTexts(perVariable: number): readonly (readonly [string, string])[] {
  const texts = badVariables.filter((entry): entry is readonly [string, string] => typeof entry[1] === "string");
  return texts.filter(([name], at) => texts.slice(0, at).filter(([other]) => other === name).length < perVariable);
}

// Each of these starts a Worker, about half a second.
const cases = firstTexts(2);
const build = await bundle();

describe("a Worker with a wrong variable", () => {
  it.each(cases)("starts and says that it is misconfigured: %s is %j", async (name, value) => {
    const server = await serve(build, { port: 0, variables: { ...good, [name]: value } });
    try {
      for (const path of ["/readyz", "/v1/models"]) {
        const { status, code } = ProblemDetails.parse(await (await fetch(new URL(path, server.url))).json());
        expect([status, code]).toEqual([500, "misconfigured"]);
      }
      expect((await fetch(new URL("/healthz", server.url))).status).toBe(200);
    } finally {
      await server.stop();
    }
  });
});
