import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkAddress, isAllowedNumber } from "../../src/image/url-policy.ts";
import { hostileAddresses } from "../support/hostile-addresses.ts";

const strict = { allowsHttp: false };
const loose = { allowsHttp: true };
const refused = { refused: expect.any(String) };

describe("an address", () => {
  it("has at least forty hostile forms here", () => {
    expect(hostileAddresses.length).toBeGreaterThanOrEqual(40);
  });

  it.each(hostileAddresses)("is refused: %s, %s", (_, address) => {
    expect(checkAddress(address, strict)).toEqual(refused);
  });

  it.each([
    ["a name", "https://example.com/a.jpg?b=c#d", "https://example.com/a.jpg?b=c#d"],
    ["a name with a dot behind it", "https://example.com./a.jpg", "https://example.com./a.jpg"],
    ["the standard port, written out", "https://example.com:443/", "https://example.com/"],
    ["a name beyond ASCII", "https://bücher.example.com/", "https://xn--bcher-kva.example.com/"],
    ["capitals and blanks", "  HTTPS://EXAMPLE.com/A ", "https://example.com/A"],
    ["a public number", "https://8.8.8.8/", "https://8.8.8.8/"],
    ["a public number of IPv6", "https://[2606:4700::6810:84e5]/", "https://[2606:4700::6810:84e5]/"],
    ["a name that only ends like a private one", "https://notlocal.com/", "https://notlocal.com/"],
  ])("is asked, as the URL standard writes it: %s", (_, address, href) => {
    expect(checkAddress(address, strict)).toMatchObject({ url: { href } });
  });

  it.each(["http://127.0.0.1:8787/a.png", "http://localhost:8787/", "https://[::1]/", "http://example.com:8080/"])(
    "of plain http, of any port and of the loopback is asked in development only: %s",
    (address) => {
      expect(checkAddress(address, loose)).toMatchObject({ url: { href: address } });
      expect(checkAddress(address, strict)).toEqual(refused);
    },
  );

  it.each(["http://10.0.0.1/", "http://169.254.169.254/", "http://metadata.google.internal/", "http://a@localhost/"])(
    "of a private network is refused in development too: %s",
    (address) => {
      expect(checkAddress(address, loose)).toEqual(refused);
    },
  );

  it("of any spelling is asked only if the number it stands for is allowed", () => {
    const bytes = fc.tuple(...Array.from({ length: 4 }, () => fc.nat(255)));
    const bases = [
      (part: number) => String(part),
      (part: number) => `0${part.toString(8)}`,
      (part: number) => `0x${part.toString(16)}`,
    ];
    fc.assert(
      fc.property(bytes, fc.constantFrom(...bases), (parts, write) => {
        const checked = checkAddress(`https://${parts.map(write).join(".")}/`, strict);
        expect("url" in checked).toBe(isAllowedNumber(parts.join("."), strict));
      }),
    );
  });

  it("may be any text, and is asked by https only", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const checked = checkAddress(`https://${text}`, strict);
        expect("refused" in checked || checked.url.protocol === "https:").toBe(true);
      }),
    );
  });
});

describe("what a resolver answers", () => {
  it.each(["", "example.com", "::ffff:10.0.0.1", "10.0.0.1", "fe80::1%eth0", "1.2.3.4.5", "0177.0.0.1"])(
    "is refused: %j",
    (address) => {
      expect(isAllowedNumber(address, strict)).toBe(false);
    },
  );

  it.each(["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])("is taken: %s", (address) => {
    expect(isAllowedNumber(address, strict)).toBe(true);
  });
});
