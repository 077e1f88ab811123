/**
 * How tools write the parts of a form, the usual way first, and what is not valid. All texts are Latin-1, so that a character is a byte: some are no
 * UTF-8.
 */

/** The content type of a form; BOUNDARY stands for its boundary. */
export const formTypes = {
  valid: [
    "multipart/form-data; boundary=BOUNDARY",
    'multipart/form-data; boundary="BOUNDARY"',
    "multipart/form-data;boundary=BOUNDARY",
    "Multipart/Form-Data; Boundary=BOUNDARY",
    "multipart/form-data; charset=utf-8; boundary=BOUNDARY",
    "multipart/form-data; boundary=BOUNDARY; charset=utf-8",
    "multipart/form-data; boundary=BOUNDARY ",
    "multipart/form-data; boundary=BOUNDARY;",
  ],
  invalid: [
    "multipart/form-data",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="BOUNDARY',
    "multipart/form-data; boundary=other",
    "multipart/form-data; boundary=BOUNDARY; boundary=c",
    "multipart/form-data; boundary= BOUNDARY",
    "multipart/form-data, boundary=BOUNDARY",
    "multipart/mixed; boundary=BOUNDARY",
    "multipart/form-data; boundary*=utf-8''BOUNDARY",
  ],
} as const;

/** Boundaries: RFC 2046, 5.1.1 allows the first ones. */
export const boundaries = {
  valid: ["b", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "a b", "'()+_,-./:=?", "-", "x".repeat(70)],
  invalid: ["x".repeat(71), "b\u00fc", "b;c", "[object]", 'b"c'],
} as const;

/** The parameter with a field's name; NAME stands for it. */
export const nameParameters = {
  valid: [
    'name="NAME"',
    "name=NAME",
    "name='NAME'",
    'Name="NAME"',
    'name = "NAME"',
    "name*=utf-8''NAME",
    'name="NAME[]"',
    'name="NAME"; name="NAME"',
  ],
  invalid: [
    "",
    'name=""',
    'name="',
    "name",
    'name="NAME\\"',
    'name="NAME\0"',
    'name="\u00ff\u00fe"',
    'name="%6e"',
    'name="__proto__"',
    'name="constructor"',
  ],
} as const;

/** The parameter with a file's name. */
export const fileParameters: readonly string[] = [
  'filename="a.png"',
  "filename=a.png",
  'filename=""',
  'filename="f\u00c3\u00bcr.png"',
  'filename="f\u00fcr.png"',
  "filename*=UTF-8''f%C3%BCr.png",
  "filename*=UTF-8''%ff%zz",
  "filename=\"a.png\"; filename*=iso-8859-1''%fc",
  'filename="=?utf-8?B?w7w=?="',
  'filename="C:\\pictures\\a.png"',
  'filename="a\\"b.png"',
  'filename="a;b.png"',
  'filename="a%22b%0d%0a.png"',
  'filename="\u0083\u0080.png"',
  `filename="${"x".repeat(300)}.png"`,
  `filename="${"x".repeat(5000)}.png"`,
];

/** The first line of a head, without its parameters. */
export const dispositions = {
  valid: [
    "Content-Disposition: form-data",
    "content-disposition: form-data",
    "Content-Disposition:form-data",
    "Content-Disposition: FORM-DATA",
  ],
  invalid: [
    "Content-Disposition: attachment",
    "Content-Disposition: ",
    "Content-Disposition",
    "X-Disposition: form-data",
    "Content-Disposition: form\u00ffdata",
  ],
} as const;

/** Media types of a part. */
export const partTypes = {
  file: [
    "image/png",
    "image/jpeg",
    "image/*",
    "application/octet-stream",
    "text/plain",
    "",
    ";",
    "image/\u00ff",
    "multipart/mixed; boundary=c",
  ],
  field: [
    "text/plain",
    "text/plain; charset=utf-8",
    "text/plain; charset=utf-16",
    "application/json",
    "image/png",
  ],
} as const;

/** Further lines of a head. */
export const headLines: readonly string[] = [
  "Content-Transfer-Encoding: base64",
  "Content-Transfer-Encoding: quoted-printable",
  "Content-Length: 7",
  "Content-Length: -1",
  "X-Odd:",
  ": value",
  "no colon",
  "X-Folded: one\r\n two",
  "X-Latin: \u00e9\u00ff",
  "X-Nul: \0",
  "Content-Disposition: attachment",
  `X-Long: ${"y".repeat(5000)}`,
];

/** Values of fields as forms send them that nobody filled in, misspelled ones, and bytes that are no UTF-8. */
export const fieldValues: readonly string[] = [
  "",
  " ",
  "True",
  "null",
  "\u00ff\u00fe",
  "caf\u00e9",
  "\u00ef\u00bb\u00bf1",
  "\0",
  "\r\n--",
  "[]",
  "<loc_1>",
];

/** What surrounds the parts; the first of each is the usual one. */
export const framing = {
  lineEnds: ["\r\n", "\n", "\r", "\n\r"],
  preambles: ["", "\r\n", "This is a message.\r\n", "\r\n\r\n", "--", "\u00ff\r\n", "x".repeat(3000)],
  epilogues: ["\r\n", "", "--", "junk", "\r\n--b\r\n", "\u00ff".repeat(500), " \t\r\n"],
  closings: ["--", "", "-", " --", "-- --", "--x"],
  /** Between a boundary and the end of its line. Spaces are allowed (RFC 2046, 5.1.1). */
  paddings: ["", " ", " \t ", "x", "-"],
} as const;
