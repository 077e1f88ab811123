import { createWebSession } from "../../src/runtime/ort-web.ts";
import { describeFloat16 } from "../support/float16-cases.ts";

describeFloat16(createWebSession);
