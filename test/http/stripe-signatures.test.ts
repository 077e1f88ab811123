import { describe, expect, it } from "vitest";
import { MAX_EVENT_BYTES } from "../../src/http/stripe-webhook.ts";
import { fakePayingApp } from "../support/paying-app.ts";
import { eventBody, paymentOf, signatureOf } from "../support/stripe-double.ts";

describe("a signature", () => {
  const body = eventBody("payment_intent.succeeded", paymentOf("A".repeat(11), 2000));
  const { nowMs } = fakePayingApp();
  const seconds = nowMs / 1000;

  it.each([
    ["of another secret", signatureOf(body, seconds, "whsec_other")],
    ["of another body", signatureOf(`${body} `, seconds)],
    ["that is 301 seconds old", signatureOf(body, seconds - 301)],
    ["that is 301 seconds ahead", signatureOf(body, seconds + 301)],
    [
      "whose time was changed",
      signatureOf(body, seconds - 100).then((text) => text.replace(/^t=\d+/u, `t=${seconds}`)),
    ],
    ["of a scheme for tests", signatureOf(body, seconds).then((text) => text.replace("v1=", "v0="))],
    ["without a time", signatureOf(body, seconds).then((text) => text.replace(/^t=\d+,/u, ""))],
    ["with two times", signatureOf(body, seconds).then((text) => `t=1,${text}`)],
    ["that is cut", signatureOf(body, seconds).then((text) => text.slice(0, -2))],
    ["that is none", Promise.resolve("t=1,v1=x")],
    ["that is empty", Promise.resolve("")],
  ])("%s is refused", async (_, signature) => {
    const { sendBody } = fakePayingApp();
    expect(await sendBody(body, await signature)).toMatchObject({ status: 400, code: "webhook-signature-invalid" });
  });

  it.each([
    ["299 seconds old", signatureOf(body, seconds - 299)],
    ["of the next secret", signatureOf(body, seconds, "whsec_next")],
    [
      "beside one of an older secret",
      signatureOf(body, seconds).then((text) => text.replace("v1=", `v1=${"0".repeat(64)},v1=`)),
    ],
  ])("%s is taken", async (_, signature) => {
    const { sendBody } = fakePayingApp();
    expect(await sendBody(body, await signature)).toMatchObject({ status: 200 });
  });

  it("is asked for before anything is read: a body that is no event is a signed one, or no problem of its own", async () => {
    const { sendBody } = fakePayingApp();
    expect((await sendBody("{", "t=1,v1=x")).code).toBe("webhook-signature-invalid");
    expect((await sendBody("{")).code).toBe("invalid-json");
    expect((await sendBody('{"id":"evt"}')).code).toBe("invalid-json");
    expect((await sendBody(" ".repeat(MAX_EVENT_BYTES + 1))).code).toBe("body-too-large");
  });
});
