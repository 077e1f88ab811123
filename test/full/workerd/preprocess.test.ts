import { decoders } from "../../../src/pixels/decode-web.ts";
import { describePreprocess } from "../../support/preprocess-cases.ts";

describePreprocess(decoders);
