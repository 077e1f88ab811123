import { assert, array, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { createFaultLog, FAULT_INTERVAL_MS, MAX_FAULTS } from "../../src/http/fault-log.ts";

function setUp() {
  const lines: string[] = [];
  let clock = 0;
  const log = createFaultLog({ now: () => clock, write: (line) => lines.push(line) });
  return {
    log,
    lines,
    advance: (ms: number) => void (clock += ms),
    parsed: () => lines.map((line) => JSON.parse(line)),
  };
}

/** A fault as the client of a backend throws it, with a port that differs each time, and with workerd's reference to an internal error. */
function outage(port = 1): Problem {
  const cause = new Error(`connect to 127.0.0.1:${port}`, {
    cause: new TypeError(`refused; reference = 7j6ed8${port}qupo`),
  });
  return new Problem("backend-unavailable", "The backend could not be reached.", { cause });
}

describe("the log of faults", () => {
  it("has one line for a fault, with its causes and its stack", () => {
    const { log, lines, parsed } = setUp();
    log(outage(), "r-1");
    expect(lines.join("").split("\n")).toHaveLength(1);
    expect(parsed()).toEqual([
      {
        level: "error",
        request_id: "r-1",
        code: "backend-unavailable",
        detail: "The backend could not be reached.",
        causes: ["Error: connect to 127.0.0.1:1", "TypeError: refused; reference = 7j6ed81qupo"],
        stack: expect.stringMatching(/^TypeError: refused; .*\n\s+at /u),
      },
    ]);
  });

  // D28 of the first attack: 900 faults were 18,738 lines.
  it("has one line a second in an outage, which counts the others, and one stack", () => {
    const { log, lines, parsed, advance } = setUp();
    for (let at = 0; at < 900; at += 1) {
      log(outage(at), `r-${at}`);
      advance(10);
    }
    expect(lines).toHaveLength(9);
    expect(parsed().map(({ more = 0 }) => more)).toEqual([0, ...Array.from({ length: 8 }, () => 99)]);
    expect(parsed().filter(({ stack }) => stack !== undefined)).toHaveLength(1);
  });

  it("tells faults apart by their code and their causes", () => {
    const { log, parsed } = setUp();
    log(outage(), "a");
    log(new Problem("backend-failed", "The backend could not be reached."), "b");
    log(new Problem("internal", "x", { cause: "a text" }), "c");
    log(new Problem("internal", "x"), "d");
    expect(parsed().map(({ request_id: id }) => id)).toEqual(["a", "b", "c", "d"]);
  });

  it("goes on after a clock that was set back", () => {
    const { log, lines, advance } = setUp();
    log(outage(), "a");
    advance(-FAULT_INTERVAL_MS);
    log(outage(), "b");
    expect(lines).toHaveLength(2);
  });

  it("ends at a circle of causes, and is short for a long message", () => {
    const { log, lines } = setUp();
    const circle = new Error("x".repeat(1_000_000));
    circle.cause = circle;
    log(new Problem("internal", "x", { cause: circle }), "a");
    expect(lines[0]?.length).toBeLessThan(10_000);
  });

  it("remembers a bounded number of faults", () => {
    const { log, lines } = setUp();
    const faults = Array.from({ length: MAX_FAULTS + 1 }, (_, at) => new Problem("internal", "x".repeat(at + 1)));
    for (const fault of [...faults, ...faults.slice(-MAX_FAULTS)]) log(fault, "a");
    expect(lines).toHaveLength(MAX_FAULTS + 1);
  });

  it("is one line of JSON for any texts", () => {
    assert(
      property(
        array(string({ unit: "binary" }), { minLength: 3, maxLength: 3 }),
        ([detail = "", cause = "", id = ""]) => {
          const { log, lines } = setUp();
          log(new Problem("internal", detail, { cause: new Error(cause) }), id);
          return (
            lines.length === 1 && !/[\n\r]/u.test(lines[0] ?? "\n") && JSON.parse(lines[0] ?? "").detail === detail
          );
        },
      ),
    );
  });
});
