import { decoders } from "../../src/runtime/decode-node.ts";
import { describePreprocess } from "../support/preprocess-cases.ts";

describePreprocess(decoders);
