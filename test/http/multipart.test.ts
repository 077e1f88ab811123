import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { MAX_BODY_BYTES } from "../../src/http/body.ts";
import { parseForm } from "../../src/http/form.ts";
import { MAX_PARTS } from "../../src/http/multipart/parts.ts";
import { fakeApp } from "../support/fake-service.ts";

const bytes = Uint8Array.of(0xff, 0, 13, 10, 45, 45, 128);
const file = () => new Blob([bytes], { type: "image/jpeg" });

/** A form with these parts, given as names and values. */
function formOf(...parts: readonly (readonly [string, string | Blob])[]): FormData {
  const form = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, "picture.jpg");
  }
  return form;
}

/** A form in its wire format. */
function encodedForm(...parts: readonly string[]) {
  const body = [...parts.map((part) => `--x\r\n${part}\r\n`), "--x--\r\n"].join("");
  return { body, headers: { "content-type": "multipart/form-data; boundary=x" } };
}

async function post(path: string, { body, headers = {} }: { body: BodyInit; headers?: Record<string, string> }) {
  const { app, requests } = fakeApp();
  const response = await app.request(path, { method: "POST", body, headers });
  return { requests, response };
}

async function problemOf(path: string, sent: { body: BodyInit; headers?: Record<string, string> }) {
  const { response, requests } = await post(path, sent);
  expect(requests).toEqual([]);
  const { code, issues } = ProblemDetails.parse(await response.json());
  return { code, paths: issues.map((issue) => issue.path) };
}

const caption = "/v1/caption";

describe("a form", () => {
  it.each(["image", "file", "data0", ""])("contains the image as a file with any field name: %j", async (name) => {
    const { requests } = await post(caption, { body: formOf([name, file()]) });
    expect(requests).toEqual([{ task: "caption", image: { kind: "bytes", bytes }, options: {} }]);
  });

  it("contains options as fields, which are spelled as in the query and override it", async () => {
    const body = formOf(["image", file()], ["region", "1,2.5,30,40"], ["max_new_tokens", "7"]);
    const { requests } = await post("/v1/region-to-category?max_new_tokens=9&beams=2", { body });
    expect(requests[0]?.options).toEqual({ region: { x1: 1, y1: 2.5, x2: 30, y2: 40 }, max_new_tokens: 7, beams: 2 });
  });

  it("contains lists as repeated fields, in any script", async () => {
    const body = formOf(["labels", "Katze"], ["image", file()], ["labels", "große Tür"]);
    const { requests } = await post("/v1/open-vocabulary-detection", { body });
    expect(requests[0]?.options).toEqual({ labels: ["Katze", "große Tür"] });
  });

  it.each([
    ["https://example.com/a.jpg", { kind: "url", url: "https://example.com/a.jpg" }],
    ["QUJD", { kind: "base64", text: "QUJD" }],
  ])("contains the image as a field, with the syntax of a JSON string: %s", async (value, image) => {
    const { requests } = await post(caption, { body: formOf(["image", value]) });
    expect(requests[0]?.image).toEqual(image);
  });

  it("contains the image without a file name, detected by its type", async () => {
    const { requests } = await post(
      caption,
      encodedForm('Content-Disposition: form-data; name="a"\r\nContent-Type: image/png\r\n\r\nABC'),
    );
    expect(requests[0]?.image).toEqual({ kind: "bytes", bytes: Uint8Array.of(65, 66, 67) });
  });

  it("may contain an empty file input besides the image", async () => {
    const nothing =
      'Content-Disposition: form-data; name="b"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n';
    const { requests } = await post(
      caption,
      encodedForm(nothing, 'Content-Disposition: form-data; name="a"; filename="a"\r\n\r\nABC'),
    );
    expect(requests[0]?.image).toEqual({ kind: "bytes", bytes: Uint8Array.of(65, 66, 67) });
    expect(await problemOf(caption, encodedForm(nothing))).toEqual({ code: "image-required", paths: ["image"] });
  });

  it("may have capitals and a quoted boundary in its content type", async () => {
    const { body } = encodedForm('content-disposition: form-data; name="a"; filename="a"\r\n\r\nABC');
    const headers = { "content-type": 'Multipart/Form-Data; charset=utf-8; boundary="x"' };
    expect((await post(caption, { body, headers })).response.status).toBe(200);
  });
});

/** The number of fields that are parsed from a form with this number of fields. */
function fieldsOf(count: number): number {
  const parts = Array.from({ length: count }, () => 'Content-Disposition: form-data; name="labels"\r\n\r\na');
  const { body, headers } = encodedForm(...parts);
  return parseForm(new TextEncoder().encode(body), headers["content-type"]).fields.length;
}

describe("a form is rejected", () => {
  it("with more than one image", async () => {
    for (const second of [file(), "QUJD"]) {
      const body = formOf(["image", file()], ["image", second]);
      expect(await problemOf(caption, { body })).toEqual({ code: "invalid-request", paths: ["image"] });
    }
  });

  it("without an image", async () => {
    expect(await problemOf(caption, { body: formOf(["beams", "2"]) })).toEqual({
      code: "image-required",
      paths: ["image"],
    });
  });

  it("with an invalid or an unknown option", async () => {
    const image = ["image", file()] as const;
    expect(await problemOf(caption, { body: formOf(image, ["beams", "many"]) })).toEqual({
      code: "invalid-request",
      paths: ["beams"],
    });
    expect((await problemOf(caption, { body: formOf(image, ["threshold", "1"]) })).code).toBe("invalid-request");
    expect((await problemOf("/v1/region-to-category", { body: formOf(image) })).code).toBe("region-required");
  });

  it("with more parts than the limit, and accepted at the limit", async () => {
    expect(fieldsOf(MAX_PARTS)).toBe(MAX_PARTS);
    expect(() => fieldsOf(MAX_PARTS + 1)).toThrow(expect.objectContaining({ code: "invalid-request" }));
  });

  it("with more bytes than a body may have", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    expect(await problemOf(caption, { body: new Uint8Array(MAX_BODY_BYTES + 1), headers })).toEqual({
      code: "body-too-large",
      paths: [],
    });
  });

  const header = 'Content-Disposition: form-data; name="a"; filename="a"';
  it.each([
    ["without a boundary", "multipart/form-data", ""],
    ["with an invalid boundary", "multipart/form-data; boundary=ü", ""],
    ["without content", "multipart/form-data; boundary=x", ""],
    ["with another beginning", "multipart/form-data; boundary=x", "hello"],
    ["with an end within its file", "multipart/form-data; boundary=x", `--x\r\n${header}\r\n\r\nABC`],
    ["with a boundary of line breaks only", 'multipart/form-data; boundary=" "', "-- \r\n"],
    [
      "with a last line that is not marked",
      "multipart/form-data; boundary=x",
      `--x\r\n${header}\r\n\r\nABC\r\n--x\r\n`,
    ],
    ["with an end within a part header", "multipart/form-data; boundary=x", `--x\r\n${header}`],
    ["with an endless part header", "multipart/form-data; boundary=x", `--x\r\n${header}${"a".repeat(100_000)}`],
    ["with a field without a name", "multipart/form-data; boundary=x", "--x\r\n\r\n\r\nABC\r\n--x--\r\n"],
  ])("%s", async (_, contentType, body) => {
    const { code } = await problemOf(caption, { body, headers: { "content-type": contentType } });
    expect(["invalid-request", "image-required"]).toContain(code);
  });
});
