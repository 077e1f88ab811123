/// <reference types="vite/client" />
import { afterEach, describe, expect, it, vi } from "vitest";
import type { CreateSession, Tensor } from "../../src/runtime/session.ts";
import graph from "../vectors/float16/graph.onnx?url&inline";

/** Returns a new copy of the graph: creating a session may free the bytes. */
function bytes(): Uint8Array {
  return Uint8Array.from(atob(graph.split(",")[1] ?? ""), (character) => character.charCodeAt(0));
}

function row(...values: readonly number[]): Tensor {
  return { type: "float32", data: Float32Array.from(values), dims: [1, values.length] };
}

function scalar(value: number): Tensor {
  return { type: "float32", data: Float32Array.of(value), dims: [1] };
}

const offset = scalar(0);

/** Tests a graph with float16 inputs and outputs under one build of ONNX Runtime. */
export function describeFloat16(createSession: CreateSession): void {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  describe("a graph with float16 inputs and outputs", () => {
    it("takes float32 and returns float32", async () => {
      const session = await createSession(bytes());
      const { present, shifted } = await session.run({ past: row(1.5, -2), new: row(0.25), offset: scalar(10) });
      expect(present).toMatchObject({ type: "float32", data: Float32Array.of(1.5, -2, 0.25), dims: [1, 3] });
      expect(shifted).toMatchObject({ type: "float32", data: Float32Array.of(9.75), dims: [1] });
      await session.release();
    });

    it("takes a past of length 0", async () => {
      const session = await createSession(bytes());
      const past: Tensor = { type: "float32", data: new Float32Array(0), dims: [2, 0] };
      const next: Tensor = { type: "float32", data: Float32Array.of(3, 4), dims: [2, 1] };
      const { present } = await session.run({ past, new: next, offset });
      expect(present).toMatchObject({ type: "float32", data: Float32Array.of(3, 4), dims: [2, 1] });
      await session.release();
    });

    it("rounds float16 tensors to the nearest value, and no other tensors", async () => {
      const session = await createSession(bytes());
      const [tenth, tie, large] = [0.1, 1 + 2 ** -11, 65_520];
      const { present } = await session.run({ past: row(tenth), new: row(tie, large), offset });
      expect(present?.data).toEqual(Float32Array.of(0.0999755859375, 1, Infinity));
      const { shifted } = await session.run({ past: row(), new: row(0), offset: scalar(tenth) });
      expect(shifted?.data).toEqual(Float32Array.of(tenth));
      await session.release();
    });

    it("returns the values of its previous output unchanged, step after step", async () => {
      const session = await createSession(bytes());
      const fixed = row(0.1);
      let past = row();
      for (const _ of [1, 2, 3]) {
        const { present } = await session.run({ past, new: fixed, offset });
        past = present ?? past;
      }
      expect(past.data).toEqual(new Float32Array(3).fill(0.0999755859375));
      await session.release();
    });

    it("copies out only the requested outputs", async () => {
      const session = await createSession(bytes());
      expect(Object.keys(await session.run({ past: row(), new: row(1), offset }, ["shifted"]))).toEqual(["shifted"]);
      await session.release();
    });

    it("throws a TypeError if JavaScript has no Float16Array", async () => {
      vi.stubGlobal("Float16Array", undefined);
      await expect(createSession(bytes())).rejects.toThrow(TypeError);
    });
  });
}
