import { Validator } from "@cfworker/json-schema";
import { expect } from "vitest";
import { createDialects } from "../../functions/dialects.ts";
import { createService } from "../../src/answering/answer.ts";
import type { Service } from "../../src/contract/service.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import { uncached } from "./calls.ts";
import { fakeBackend, type FakeGeneration } from "./fake-backend.ts";
import { fakeApp } from "./fake-service.ts";
import { bilevelPng } from "./image-bytes.ts";

const rows = Object.entries(tasks).map(([name, { summary, input, answers }]) => ({ name, summary, input, answers }));

/** The picture that these tests ask about: 200 x 100 pixels. */
export const picture = await bilevelPng(200, 100);
export const pictureUri = `data:image/png;base64,${btoa(String.fromCharCode(...picture))}`;

/** When the answers of these tests are given. */
export const NOW_MS = Date.UTC(2026, 10, 30);

/** The API with its dialects, over a service or over a model that always generates the same. */
export function dialectApp(of: Partial<Service> | FakeGeneration) {
  const dialects = createDialects(() => NOW_MS);
  if (!("text" in of)) return { ...fakeApp(of, { tasks: rows, dialects }), generated: [] };
  const { backend, requests: generated } = fakeBackend(of);
  const service = createService({ backend, find: uncached(backend), limits: ISOLATE_LIMITS, now: () => 0 });
  return { ...fakeApp(service, { tasks: rows, dialects }), generated };
}

/** A POST of a JSON body. */
export function jsonPost(body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}

/** Checks a value against a JSON Schema. */
export function expectValid(schema: object, value: unknown): void {
  const { errors } = new Validator({ ...schema }, "2020-12", false).validate(value);
  expect({ value, errors }).toEqual({ value, errors: [] });
}

/** The data of the events of a stream, and their names; heartbeats are left out. */
export function dataIn(text: string): readonly { readonly name: string; readonly data: string }[] {
  const blocks = text.split("\n\n").filter((block) => block !== "" && !block.startsWith(":"));
  return blocks.map((block) => {
    const { name = "", data = "" } = /^(?:event: (?<name>.*)\n)?data: (?<data>.*)$/u.exec(block)?.groups ?? {};
    return { name, data };
  });
}
