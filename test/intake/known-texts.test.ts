import { describe, expect, it } from "vitest";
import { createStageTimer } from "../../src/contract/stage-timer.ts";
import type { ImageInput } from "../../src/contract/service.ts";
import { ISOLATE_LIMITS } from "../../src/image/image.ts";
import { type AbsentImage, type EncodedImage, requireImage } from "../../src/inference/backend.ts";
import { withImage } from "../../src/intake/with-image.ts";
import { callWith } from "../support/calls.ts";
import { cacheMiss } from "../support/fake-service.ts";
import { street } from "../support/url-service.ts";

/** A new input with the same text each time. */
function sentText(): ImageInput {
  return { kind: "base64", text: btoa(Array.from(street, (byte) => String.fromCharCode(byte)).join("")) };
}

/** Runs the intake of an image, and returns the images that the work got. */
async function imagesOf(image: ImageInput, needsBytes: boolean): Promise<readonly (EncodedImage | AbsentImage)[]> {
  const images: (EncodedImage | AbsentImage)[] = [];
  const stages = createStageTimer(() => 0);
  await withImage({ image, call: callWith({}), stages }, { limits: ISOLATE_LIMITS, now: () => 0 }, async (received) => {
    images.push(received);
    if (needsBytes) requireImage(received);
    return { cache: cacheMiss };
  });
  expect(stages.timings()).toHaveProperty("intake");
  return images;
}

describe("an image that was sent as text", () => {
  it("is not decoded again in a repeat that is the same object and needs no bytes", async () => {
    const sent = sentText();
    const [first] = await imagesOf(sent, false);
    const [again, ...others] = await imagesOf(sent, false);
    expect(others).toEqual([]);
    const { bytes, ...header } = first ?? { bytes: undefined };
    expect(bytes).toEqual(street);
    expect(again).toEqual(header);
  });

  it("is decoded for a repeat that needs its bytes", async () => {
    const sent = sentText();
    await imagesOf(sent, true);
    const images = await imagesOf(sent, true);
    expect(images.map(({ bytes }) => bytes?.length)).toEqual([undefined, street.length]);
  });

  it("is decoded for another object with the same text, which may be another owner's", async () => {
    await imagesOf(sentText(), false);
    expect((await imagesOf(sentText(), false))[0]?.bytes).toEqual(street);
  });
});
