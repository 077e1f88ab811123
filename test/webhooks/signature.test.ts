import fc from "fast-check";
import { expect, it } from "vitest";
import {
  readSecret,
  secretText,
  signatureFault,
  SIGNATURE_TOLERANCE_SECONDS,
  signEvent,
  type WebhookSecret,
} from "../../src/webhooks/signature.ts";

/** The example of Standard Webhooks. */
const EXAMPLE = {
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  seconds: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const NOW_MS = EXAMPLE.seconds * 1000;

function secretOf(text: string): WebhookSecret {
  const secret = readSecret(text);
  if (secret === undefined) throw new Error("no secret");
  return secret;
}

const anySecret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => new Uint8Array(bytes));
const anyEvent = fc.record({ id: fc.string({ minLength: 1 }), body: fc.string(), nowMs: fc.nat(2 ** 40) });

it("signs the example of Standard Webhooks as it says", async () => {
  const headers = await signEvent({ id: EXAMPLE.id, body: EXAMPLE.body, nowMs: NOW_MS }, [secretOf(EXAMPLE.secret)]);
  expect(headers).toEqual({
    "webhook-id": EXAMPLE.id,
    "webhook-timestamp": String(EXAMPLE.seconds),
    "webhook-signature": EXAMPLE.signature,
  });
});

it("any secret is read as it was shown, and what it signs is right with any of several", () =>
  fc.assert(
    fc.asyncProperty(anySecret, anySecret, anyEvent, async (secret, other, event) => {
      expect(readSecret(secretText(secret))).toEqual(secret);
      const headers = await signEvent(event, [other, secret]);
      const check = { secrets: [secret], nowMs: event.nowMs };
      expect(await signatureFault(new TextEncoder().encode(event.body), headers, check)).toBeUndefined();
      const signedByOne = await signEvent(event, [secret]);
      const both = { ...check, secrets: [other, secret] };
      expect(await signatureFault(event.body, signedByOne, both)).toBeUndefined();
    }),
  ));

it("a changed id, body, time, secret or signature is wrong", () =>
  fc.assert(
    fc.asyncProperty(anySecret, anyEvent, async (secret, event) => {
      const headers = await signEvent(event, [secret]);
      const check = { secrets: [secret], nowMs: event.nowMs };
      const later = String(Number(headers["webhook-timestamp"]) + 1);
      const other = new Uint8Array(secret.map((byte) => 255 - byte));
      expect([
        await signatureFault(event.body, { ...headers, "webhook-id": `${event.id}.` }, check),
        await signatureFault(`${event.body} `, headers, check),
        await signatureFault(event.body, { ...headers, "webhook-timestamp": later }, check),
        await signatureFault(event.body, headers, { ...check, secrets: [other] }),
        await signatureFault(event.body, headers, { ...check, secrets: [] }),
        await signatureFault(event.body, { ...headers, "webhook-signature": "v1,AAAA v2,AAAA v1,%" }, check),
      ]).toEqual(Array.from({ length: 6 }, () => "wrong"));
    }),
  ));

it.each([
  [-SIGNATURE_TOLERANCE_SECONDS - 1, "expired"],
  [-SIGNATURE_TOLERANCE_SECONDS, undefined],
  [SIGNATURE_TOLERANCE_SECONDS, undefined],
  [SIGNATURE_TOLERANCE_SECONDS + 1, "expired"],
])("received %d seconds after it was signed: %s", async (seconds, fault) => {
  const secrets = [secretOf(EXAMPLE.secret)];
  const headers = await signEvent({ id: EXAMPLE.id, body: EXAMPLE.body, nowMs: NOW_MS }, secrets);
  expect(await signatureFault(EXAMPLE.body, headers, { secrets, nowMs: NOW_MS + seconds * 1000 })).toBe(fault);
});

it.each(["webhook-id", "webhook-timestamp", "webhook-signature"] as const)("needs %s", async (name) => {
  const secrets = [secretOf(EXAMPLE.secret)];
  const headers = await signEvent({ id: EXAMPLE.id, body: EXAMPLE.body, nowMs: NOW_MS }, secrets);
  const { [name]: _, ...others } = headers;
  expect(await signatureFault(EXAMPLE.body, others, { secrets, nowMs: NOW_MS })).toBe("incomplete");
});

it.each(["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "whsec_c2hvcnQ="])(
  "%j is no secret",
  (text) => expect(readSecret(text)).toBeUndefined(),
);
