import { InferenceSession, Tensor } from "onnxruntime-node";
import { fromOrtSession } from "./ort-session.ts";
import type { CreateSession } from "./session.ts";

/** How a session uses the machine. */
export interface NativeOptions {
  /** Threads that one graph may use. */
  readonly threads: number;
}

/** ONNX Runtime's native build in Node: what tests and benches compare with. */
export function createNativeSessions({ threads }: NativeOptions): CreateSession {
  return async (bytes) => {
    const session = await InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    return fromOrtSession(session, Tensor);
  };
}
