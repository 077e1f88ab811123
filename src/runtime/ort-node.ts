import { InferenceSession, Tensor } from "onnxruntime-node";
import { fromOrtSession } from "./ort-session.ts";
import type { CreateSession } from "./session.ts";

/** Options of a native session. */
export interface NativeOptions {
  /** Maximum number of threads per graph. */
  readonly threads: number;
  /** The execution provider. Operators that it does not support run on the CPU. */
  readonly provider?: Provider | undefined;
}

/** The execution providers of ONNX Runtime that can run Florence-2. */
export const providers = ["cpu", "cuda", "webgpu", "coreml", "dml"] as const;

/** An execution provider of ONNX Runtime. */
export type Provider = (typeof providers)[number];

/** Creates sessions with ONNX Runtime's native build for Node. The GPU backend runs on it; tests and benches use it as the reference. */
export function createNativeSessions({ threads, provider = "cpu" }: NativeOptions): CreateSession {
  return async (bytes) => {
    const session = await InferenceSession.create(bytes, {
      executionProviders: provider === "cpu" ? ["cpu"] : [provider, "cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    return fromOrtSession(session, Tensor);
  };
}
