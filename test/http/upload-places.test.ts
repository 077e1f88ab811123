import { describe, expect, it } from "vitest";
import { createAdmit, type Place } from "../../src/http/admission.ts";
import { BODY_TIMEOUT_MS } from "../../src/http/body.ts";
import { createReservations } from "../../src/scheduling/reservations.ts";

/** Two callers who share ten bytes: the first has eight of them while its body arrives. */
function setUp() {
  let nowMs = 0;
  const limits = { requests: 10, bytes: 10, units: 10 };
  const admit = createAdmit(
    createReservations(
      () => limits,
      () => nowMs,
    ),
  );
  const open = (caller: string): { readonly place: Place } => {
    let place: Place | undefined;
    void admit({ caller, whenLeft: () => {} }, (mine) => {
      place = mine;
      return new Promise(() => {});
    });
    if (place === undefined) throw new Error("There was no place.");
    return { place };
  };
  const { place: upload } = open("one");
  upload.count.addBytes?.(8);
  return { upload, revoked: upload.count.revoked?.(), open, pass: (milliseconds: number) => (nowMs += milliseconds) };
}

describe("the place of a file that arrives for long", () => {
  it("counts as long as the file comes", () => {
    const { upload, open, pass } = setUp();
    pass(BODY_TIMEOUT_MS - 1);
    upload.renew();
    pass(BODY_TIMEOUT_MS - 1);
    expect(() => open("two").place.count.addBytes?.(9)).toThrow("overloaded");
  });

  it("is given to a caller with less", () => {
    const { upload, revoked, open, pass } = setUp();
    pass(BODY_TIMEOUT_MS - 1);
    upload.renew();
    open("two").place.count.addBytes?.(4);
    expect(revoked?.aborted).toBe(true);
  });
});
