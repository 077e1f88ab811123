import { expect, it } from "vitest";
import { bundle } from "../../../tools/bundle.ts";
import { normalOf } from "../../../tools/load/figures.ts";
import { honestCallers } from "../../../tools/load/honest-callers.ts";
import { startPlace } from "../../../tools/load/place.ts";
import { runAlone, runScenario } from "../../../tools/load/scenario.ts";

/** How long the hog stays, in seconds. `npm run test:load` measures the times, which say nothing beside other tests. */
const SECONDS = 3;

it("honest callers beside a hog get the answers that they get alone, as documented", { timeout: 240_000 }, async () => {
  await using place = await startPlace("remote", (await bundle()).modules);
  const callers = await honestCallers(place);
  const before = await runAlone(place, callers, 1);
  const options = { hog: "labels", seconds: SECONDS, seed: 16 };
  const { honest, tally, health, ended } = await runScenario(place, callers, options, normalOf(before.results, 1));
  expect(honest.length).toBeGreaterThan(0);
  expect(honest.filter(({ outcome }) => outcome === "wrong")).toEqual([]);
  expect([...before.results, ...honest].flatMap(({ violations }) => violations)).toEqual([]);
  expect(tally.attacks).toBeGreaterThan(0);
  expect(tally.violations).toEqual({});
  expect(ended).toEqual([]);
  expect(health.edge?.length).toBeGreaterThan(0);
  expect(health.backend?.length).toBeGreaterThan(0);
});
