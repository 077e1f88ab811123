import { createNativeSessions } from "../../src/runtime/ort-node.ts";
import { describeFloat16 } from "../support/float16-cases.ts";

describeFloat16(createNativeSessions({ threads: 1 }));
