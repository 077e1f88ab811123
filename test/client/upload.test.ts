import { describe, expect, it } from "vitest";
import { caption, fakeApi, type FakeHandler, problem } from "../support/fake-api.ts";

const handle = `upload_${"a".repeat(48)}`;
const prepared: FakeHandler = () =>
  Response.json(
    {
      image: handle,
      put_url: `https://inside.test/v1/uploads/${handle}?signature=s`,
      expires_in: 3600,
      max_bytes: 9,
      curl: "",
    },
    { status: 201 },
  );
const stored: FakeHandler = () => Response.json({ image: handle, bytes: 3 });
const bytes = new Uint8Array([1, 2, 3]);

describe("upload()", () => {
  it("sends the file to the address below the client's own, and its handle is an image", async () => {
    const { florence, seen } = fakeApi([prepared, stored, () => Response.json(caption)], { apiKey: "k" });
    const { image } = await florence.upload(bytes);
    expect(await florence.caption(image)).toEqual(caption);
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/uploads",
      `PUT /v1/uploads/${handle}?signature=s`,
      "POST /v1/caption",
    ]);
    const [first, second, third] = seen;
    expect(first?.body).toHaveLength(0);
    expect(second?.body).toEqual(bytes);
    expect(second?.headers.get("content-type")).toBe("application/octet-stream");
    expect(JSON.parse(new TextDecoder().decode(third?.body))).toEqual({ image: handle });
  });

  it("tries again, and rejects with the problem", async () => {
    const { florence, seen } = fakeApi([
      problem("overloaded", 503, true),
      prepared,
      problem("body-too-large", 413, false),
    ]);
    await expect(florence.upload(bytes)).rejects.toMatchObject({ code: "body-too-large" });
    expect(seen).toHaveLength(3);
  });

  it("refuses a text, which needs no upload", async () => {
    const { florence, seen } = fakeApi([prepared]);
    await expect(florence.upload("https://example.com/a.png")).rejects.toMatchObject({ code: "image-required" });
    expect(seen).toEqual([]);
  });
});
