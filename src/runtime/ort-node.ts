import { InferenceSession, Tensor } from "onnxruntime-node";
import { fromOrtSession } from "./ort-session.ts";
import type { CreateSession } from "./session.ts";

/** How a session uses the machine. */
export interface NativeOptions {
  /** Threads that one graph may use. */
  readonly threads: number;
  /** Where graphs run; what a provider cannot do runs on the CPU. */
  readonly provider?: Provider | undefined;
}

/** ONNX Runtime's execution providers, as far as Florence-2 runs on them. */
export const providers = ["cpu", "cuda", "webgpu", "coreml", "dml"] as const;

/** One of ONNX Runtime's execution providers. */
export type Provider = (typeof providers)[number];

/** ONNX Runtime's native build in Node: what the GPU backend runs on, and what tests and benches compare with. */
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
