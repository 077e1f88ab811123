import { decoders } from "../../src/pixels/decode-node.ts";
import { describeMalformedImages } from "../support/malformed-image-cases.ts";

describeMalformedImages(decoders);
