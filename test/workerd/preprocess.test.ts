import { decoders } from "../../src/runtime/decode-web.ts";
import { describePreprocess } from "../support/preprocess-cases.ts";

describePreprocess(decoders);
