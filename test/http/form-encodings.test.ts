import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { latin1 } from "../support/text-bytes.ts";
import { fakeApp } from "../support/fake-service.ts";

type Sent = ReturnType<typeof formIn>;

async function post(path: string, { body, headers }: Sent) {
  const { app, requests } = fakeApp();
  return { response: await app.request(path, { method: "POST", body, headers }), requests };
}

async function problemOf(path: string, sent: Sent) {
  const { response, requests } = await post(path, sent);
  expect(requests).toEqual([]);
  const { code, issues } = ProblemDetails.parse(await response.json());
  return { code, paths: issues.map((issue) => issue.path) };
}

const caption = "/v1/caption";

/** A form that is built in Latin-1, byte by byte. */
function formIn(body: string) {
  return { body: latin1(body), headers: { "content-type": "multipart/form-data; boundary=B" } };
}

const named = 'Content-Disposition: form-data; name="image"; filename="a.jpg"';
const jpeg = "\xff\xd8\xff\r\n--A\n";
const end = "\r\n--B--\r\n";

/** A form with an image and a text. */
function withText(header: string, text: string) {
  const field = `Content-Disposition: form-data; name="text"${header}\r\n\r\n${text}`;
  return formIn(`--B\r\n${named}\r\n\r\nABC\r\n--B\r\n${field}${end}`);
}

describe("the image of a form", () => {
  it.each([
    // n8n-io/n8n#28854, digitalfabrik/lunes-cms#78: names in Latin-1, and in Shift-JIS, where a backslash is half of a character.
    [
      "a file name in Latin-1",
      `--B\r\nContent-Disposition: form-data; name="image"; filename="stra\xdfe.jpg"\r\n\r\n${jpeg}${end}`,
    ],
    [
      "a file name in Shift-JIS",
      `--B\r\nContent-Disposition: form-data; name="image"; filename="\x95\\"\r\n\r\n${jpeg}${end}`,
    ],
    ["an undecodable filename*", `--B\r\nContent-Disposition: form-data; filename*=UTF-8''%FF%\r\n\r\n${jpeg}${end}`],
    ["a name in Latin-1", `--B\r\nContent-Disposition: form-data; name="\xdf"; filename=a\r\n\r\n${jpeg}${end}`],
    [
      "a name but neither file name nor type",
      `--B\r\nContent-Disposition: form-data; name="image"\r\n\r\n${jpeg}${end}`,
    ],
    ["no header", `--B\r\n\r\n${jpeg}${end}`],
    [
      "a type of no image",
      `--B\r\nContent-Disposition: form-data; name="image"\r\nContent-Type: binary/octet-stream\r\n\r\n${jpeg}${end}`,
    ],
    ["a file name and a type of texts", `--B\r\n${named}\r\nContent-Type: text/plain\r\n\r\n${jpeg}${end}`],
    ["header lines of another kind", `--B\r\n\xe4\r\nx: \xe4\r\n${named}\r\n\r\n${jpeg}${end}`],
    // remix-run/remix#11746, yhirose/cpp-httplib#1317, defnull/multipart#64.
    ["a line break before the first boundary", `\r\n--B\r\n${named}\r\n\r\n${jpeg}${end}`],
    ["a preamble", `A preamble with --B in it.\r\n--Bx\r\n--B\r\n${named}\r\n\r\n${jpeg}${end}`],
    ["a preamble that begins like a BMP file", `BMP\r\n--B\r\n${named}\r\n\r\n${jpeg}${end}`],
    ["an unknown transfer encoding", `--B\r\n${named}\r\nContent-Transfer-Encoding: utf-8\r\n\r\n${jpeg}${end}`],
    ["an epilogue", `--B\r\n${named}\r\n\r\n${jpeg}${end}\r\n--B\r\nand more`],
    ["padded boundaries", `--B \t\r\n${named}\r\n\r\n${jpeg}\r\n--B--  \r\n`],
    ["no line break at the end", `--B\r\n${named}\r\n\r\n${jpeg}\r\n--B--`],
  ])("may have %s", async (_, body) => {
    const { requests } = await post(caption, formIn(body));
    expect(requests[0]?.image).toEqual({ kind: "bytes", bytes: latin1(jpeg) });
  });

  it("may come in a form with line feeds, as Python's email writes", async () => {
    const { requests } = await post(caption, formIn(`--B\n${named}\n\n\xff\r\n\r\n--B\r\n\r\n--B--\n`));
    expect(requests[0]?.image).toEqual({ kind: "bytes", bytes: latin1("\xff\r\n\r\n--B\r\n\r") });
  });

  it("may be in base64, as mail libraries write", async () => {
    const { requests } = await post(
      caption,
      formIn(`--B\r\n${named}\r\nContent-Transfer-Encoding: BASE64\r\n\r\nQU\r\nJD${end}`),
    );
    expect(requests[0]?.image).toEqual({ kind: "base64", text: "QU\r\nJD" });
  });

  it("is the file if the form also has a blank `image` field", async () => {
    const blank = ["image", "beams"].map((name) => `--B\r\nContent-Disposition: form-data; name=${name}\r\n\r\n \r\n`);
    const { requests } = await post(caption, formIn(`${blank.join("")}--B\r\n${named}\r\n\r\nABC${end}`));
    expect(requests).toEqual([{ task: "caption", image: { kind: "bytes", bytes: latin1("ABC") }, options: {} }]);
  });
});

describe("a field of a form", () => {
  const grounding = "/v1/caption-to-phrase-grounding";

  it.each([
    ["", "gr\xc3\xbcn"],
    ["\r\nContent-Type: text/plain; charset=ISO-8859-1", "gr\xfcn"],
    ["\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64", "Z3LDvG4="],
    ["\r\nContent-Type: application/json", "gr\xc3\xbcn"],
  ])("is a text in its charset, by default UTF-8: %j", async (header, text) => {
    expect((await post(grounding, withText(header, text))).requests[0]?.options).toEqual({ text: "grün" });
  });

  it.each([
    ["", "gr\xfcn"],
    ["", "a\0b"],
    ["\r\nContent-Type: text/plain", "\xff\xd8\xff"],
    ["\r\nContent-Type: text/plain; charset=klingon", "a"],
    ["\r\nContent-Type: text/plain; charset=shift_jis", "\xff"],
    ["\r\nContent-Transfer-Encoding: base64", "%"],
    ["\r\nContent-Transfer-Encoding: quoted-printable", "gr=C3=BCn"],
  ])("is refused by name if its bytes are no such text: %j %j", async (header, text) => {
    expect(await problemOf(grounding, withText(header, text))).toEqual({ code: "invalid-request", paths: ["text"] });
  });

  it("without a name counts as absent if it is blank", async () => {
    const { response } = await post(caption, formIn(`--B\r\n\r\n\r\n--B\r\n${named}\r\n\r\nABC${end}`));
    expect(response.status).toBe(200);
  });
});
