import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkUrl, isAllowedIpAddress } from "../../src/image/url-policy.ts";
import { hostileAddresses } from "../support/hostile-addresses.ts";

const strict = { allowsHttp: false };
const loose = { allowsHttp: true };
const refused = { refused: expect.any(String) };

describe("checkUrl", () => {
  it("is tested with at least forty hostile URLs", () => {
    expect(hostileAddresses.length).toBeGreaterThanOrEqual(40);
  });

  it.each(hostileAddresses)("refuses %s: %s", (_, address) => {
    expect(checkUrl(address, strict)).toEqual(refused);
  });

  it.each([
    ["a name", "https://example.com/a.jpg?b=c#d", "https://example.com/a.jpg?b=c#d"],
    ["a name with a trailing dot", "https://example.com./a.jpg", "https://example.com./a.jpg"],
    ["an explicit standard port", "https://example.com:443/", "https://example.com/"],
    ["a name with non-ASCII characters", "https://bücher.example.com/", "https://xn--bcher-kva.example.com/"],
    ["capitals and spaces", "  HTTPS://EXAMPLE.com/A ", "https://example.com/A"],
    ["a public IPv4 address", "https://8.8.8.8/", "https://8.8.8.8/"],
    ["a public IPv6 address", "https://[2606:4700::6810:84e5]/", "https://[2606:4700::6810:84e5]/"],
    ["an encoded top-level domain", "https://example.рф/", "https://example.xn--p1ai/"],
    ["a public name with a private one in it", "https://svc.cluster.example.com/", "https://svc.cluster.example.com/"],
    ["a name that ends like a private one without a dot before it", "https://notlocal.com/", "https://notlocal.com/"],
  ])("allows and normalises %s", (_, address, href) => {
    expect(checkUrl(address, strict)).toMatchObject({ url: { href } });
  });

  it.each(["http://127.0.0.1:8787/a.png", "http://localhost:8787/", "https://[::1]/", "http://example.com:8080/"])(
    "allows plain http, any port and the loopback with allowsHttp only: %s",
    (address) => {
      expect(checkUrl(address, loose)).toMatchObject({ url: { href: address } });
      expect(checkUrl(address, strict)).toEqual(refused);
    },
  );

  it.each(["http://10.0.0.1/", "http://169.254.169.254/", "http://metadata.google.internal/", "http://a@localhost/"])(
    "refuses private networks even with allowsHttp: %s",
    (address) => {
      expect(checkUrl(address, loose)).toEqual(refused);
    },
  );

  it("allows any spelling of an IPv4 address exactly if the address is allowed", () => {
    const bytes = fc.tuple(...Array.from({ length: 4 }, () => fc.nat(255)));
    const formats = [
      (part: number) => String(part),
      (part: number) => `0${part.toString(8)}`,
      (part: number) => `0x${part.toString(16)}`,
    ];
    fc.assert(
      fc.property(bytes, fc.constantFrom(...formats), (parts, format) => {
        const checked = checkUrl(`https://${parts.map(format).join(".")}/`, strict);
        expect("url" in checked).toBe(isAllowedIpAddress(parts.join("."), strict));
      }),
    );
  });

  it("accepts any text and allows https only", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const checked = checkUrl(`https://${text}`, strict);
        expect("refused" in checked || checked.url.protocol === "https:").toBe(true);
      }),
    );
  });
});

describe("isAllowedIpAddress", () => {
  it.each(["168.63.129.16", "2607:f8b0::5efe:a00:1", "2607:f8b0::200:5efe:a00:1", "2620:4f:8000::5efe:a9fe:a9fe"])(
    "refuses %s, which a resolver may answer",
    (address) => {
      expect(isAllowedIpAddress(address, strict)).toBe(false);
    },
  );

  it.each(["", "example.com", "::ffff:10.0.0.1", "10.0.0.1", "fe80::1%eth0", "1.2.3.4.5", "0177.0.0.1"])(
    "refuses %j",
    (address) => {
      expect(isAllowedIpAddress(address, strict)).toBe(false);
    },
  );

  it.each(["93.184.215.14", "168.63.129.17", "2607:f8b0::1:5efe:a00:1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])(
    "allows %s",
    (address) => {
      expect(isAllowedIpAddress(address, strict)).toBe(true);
    },
  );
});
