import { decoders } from "../../../src/pixels/decode-web.ts";
import { describeMalformedImages } from "../../support/malformed-image-cases.ts";

describeMalformedImages(decoders);
