import { describe, expect, it } from "vitest";
import { IMAGE_FETCH_TIMEOUT_MS, isOriginDown, MAX_REDIRECTS } from "../../src/image/fetch-image.ts";
import { hostileAddresses } from "../support/hostile-addresses.ts";
import { bytes, fetchOver, problem, redirect, start } from "../support/image-servers.ts";

/** A way of so many redirects to an image. */
function hops(count: number): Readonly<Record<string, () => Response>> {
  const servers = Array.from({ length: count + 1 }, (_, hop) => {
    const serve = () => (hop === count ? new Response(bytes) : redirect(`/${hop + 1}`));
    return [`https://example.com/${hop}`, serve] as const;
  });
  return Object.fromEntries(servers);
}

describe("an image's address", () => {
  it("is asked with a fixed head, by GET, and within a time", async () => {
    const { asked, waits, get } = fetchOver({ [start]: () => new Response(bytes) });
    expect(await get()).toEqual(bytes);
    expect(waits).toEqual([IMAGE_FETCH_TIMEOUT_MS]);
    expect(asked.map(({ url }) => url)).toEqual([start]);
    const request = asked[0]?.request;
    expect(Object.keys(request?.headers ?? {}).toSorted()).toEqual(["accept", "accept-encoding", "user-agent"]);
    expect(request).toEqual({ headers: expect.anything(), redirect: "manual", signal: expect.any(AbortSignal) });
  });

  it.each(hostileAddresses)("is refused unasked: %s, %s", async (_, address) => {
    const { asked, get } = fetchOver({});
    await expect(get(address)).rejects.toThrow(problem("image-url-refused"));
    expect(asked).toEqual([]);
  });

  it.each(hostileAddresses.filter(([what]) => !/relative|no address|no host|slashes|tab/u.test(what)))(
    "is refused where another one redirects to it: %s, %s",
    async (_, address) => {
      const { asked, get } = fetchOver({ [start]: () => redirect(encodeURI(address).replaceAll("%25", "%")) });
      await expect(get()).rejects.toThrow(problem("image-url-refused"));
      expect(asked.length).toBe(1);
    },
  );

  it.each([301, 302, 303, 307, 308])(
    "is followed where the server says %i, whether whole or relative",
    async (status) => {
      const { asked, get } = fetchOver({
        [start]: () => redirect("/b.jpg", status),
        "https://example.com/b.jpg": () => redirect("https://cdn.example.com/c.jpg", status),
        "https://cdn.example.com/c.jpg": () => new Response(bytes),
      });
      expect(await get()).toEqual(bytes);
      expect(asked.length).toBe(3);
    },
  );

  it("is followed as often as the limit allows, and not once more", async () => {
    const first = "https://example.com/0";
    expect(await fetchOver(hops(MAX_REDIRECTS)).get(first)).toEqual(bytes);
    await expect(fetchOver(hops(MAX_REDIRECTS + 1)).get(first)).rejects.toThrow(problem("image-url-refused"));
  });

  it("that nobody serves is unreachable", async () => {
    await expect(fetchOver({}).get()).rejects.toThrow(problem("image-url-unreachable"));
  });

  it.each([201, 204, 302, 304, 401, 403, 404, 500, 503])("whose server answers %i is unreachable", async (status) => {
    const { get } = fetchOver({ [start]: () => new Response(null, { status }) });
    await expect(get()).rejects.toThrow(problem("image-url-unreachable"));
  });
});

const unchanged = () => new Response(null, { status: 304, headers: { "cache-control": "max-age=5" } });
const kept = () => new Response(bytes, { headers: { "cache-control": "max-age=50" } });
const another = () => new Response(Uint8Array.of(9), { headers: { etag: '"2"' } });

describe("an image that is known", () => {
  const etag = '"1"';
  const moved = "https://cdn.example.com/a.jpg";
  const tagged = () => new Response(bytes, { headers: { etag } });
  const signal = new AbortController().signal;

  /** What a first fetch finds out, and what becomes of the next when the servers answer otherwise. */
  async function again(first: Servers, next: Servers) {
    const { origin } = await fetchOver(first).fetchImage(start, signal);
    const second = fetchOver(next);
    const fetched = await second.fetchImage(start, signal, origin).catch((thrown: unknown) => thrown);
    const conditions = second.asked.map(({ request }) => request.headers["if-none-match"]);
    return { fetched, conditions };
  }
  type Servers = Parameters<typeof fetchOver>[0];

  it("is not sent again where its server says that it is the same", async () => {
    const { fetched, conditions } = await again({ [start]: tagged }, { [start]: unchanged });
    expect(fetched).toMatchObject({ type: "unchanged", origin: { url: start, etag, freshSeconds: 5 } });
    expect(conditions).toEqual([etag]);
  });

  it("is sent where it is another", async () => {
    const { fetched } = await again({ [start]: tagged }, { [start]: another });
    expect(fetched).toMatchObject({ type: "image", bytes: Uint8Array.of(9), origin: { etag: '"2"' } });
  });

  it("is asked for by its mark only where it was, behind the same redirects", async () => {
    const first = { [start]: () => redirect(moved), [moved]: tagged };
    expect((await again(first, { [start]: () => redirect(moved), [moved]: unchanged })).conditions).toEqual([
      undefined,
      etag,
    ]);
    const elsewhere = "https://other.example.com/a.jpg";
    const { fetched, conditions } = await again(first, { [start]: () => redirect(elsewhere), [elsewhere]: tagged });
    expect([conditions, fetched]).toMatchObject([[undefined, undefined], { type: "image" }]);
  });

  it.each<[string, number, number, Readonly<Record<string, string>>]>([
    ["for good", 50, 301, {}],
    ["for good", 50, 308, {}],
    ["for so long", 3, 302, { "cache-control": "max-age=3" }],
    ["for longer than it holds itself", 50, 307, { "cache-control": "max-age=99" }],
    ["for now", 0, 302, {}],
    ["for now", 0, 307, {}],
    ["for good, but wants to be asked", 0, 301, { "cache-control": "no-cache" }],
  ])("is fresh no longer than the redirects to it: %s, %i s", async (_, freshSeconds, status, headers) => {
    const away = () => new Response(null, { status, headers: { location: moved, ...headers } });
    const fetched = await fetchOver({ [start]: away, [moved]: kept }).fetchImage(start, signal);
    expect(fetched.origin).toMatchObject({ url: moved, freshSeconds });
  });

  it("is unreachable where one says that it is the same who was not asked that", async () => {
    const { fetched } = await again({ [start]: () => redirect(moved), [moved]: tagged }, { [start]: unchanged });
    expect(fetched).toMatchObject({ code: "image-url-unreachable" });
  });

  it.each(hostileAddresses.filter(([what]) => !/relative|no address|no host|slashes|tab/u.test(what)))(
    "is refused where its server now sends to a hostile address: %s, %s",
    async (_, address) => {
      const hostile = () => redirect(encodeURI(address).replaceAll("%25", "%"));
      const { fetched, conditions } = await again({ [start]: tagged }, { [start]: hostile });
      expect([fetched, conditions]).toMatchObject([{ code: "image-url-refused" }, [etag]]);
    },
  );

  it.each([
    [404, false],
    [403, false],
    [429, true],
    [503, true],
  ])("whose server answers %i: whether it is down is %s", async (status, isDown) => {
    const { fetched } = await again({ [start]: tagged }, { [start]: () => new Response(null, { status }) });
    expect(isOriginDown(fetched)).toBe(isDown);
  });

  it("whose server is not reached may be what it was", async () => {
    expect(isOriginDown((await again({ [start]: tagged }, {})).fetched)).toBe(true);
    expect(isOriginDown(new Error("a bug"))).toBe(false);
  });
});

describe("with a resolver", () => {
  const served = { [start]: () => new Response(bytes) };
  const over = (
    answers: Readonly<Record<string, readonly string[]>>,
    servers: Readonly<Record<string, () => Response>> = served,
  ) => {
    const names: string[] = [];
    const resolve = async (name: string) => {
      names.push(name);
      return answers[name] ?? [];
    };
    return { ...fetchOver(servers, { resolve }), names };
  };

  it("a name of the public network is asked", async () => {
    const { names, get } = over({ "example.com": ["93.184.215.14", "2606:2800:21f:cb07::1"] });
    expect(await get()).toEqual(bytes);
    expect(names).toEqual(["example.com"]);
  });

  it.each([
    ["the loopback", ["127.0.0.1"]],
    ["a private address beside a public one", ["93.184.215.14", "10.0.0.1"]],
    ["a mapped private address", ["::ffff:192.168.0.1"]],
    ["a cloud's metadata", ["169.254.169.254"]],
    ["a unique local address", ["fd00::1"]],
    ["what is no address", ["example.org"]],
  ])("a name is refused unasked if it stands for %s", async (_, addresses) => {
    const { asked, get } = over({ "example.com": addresses });
    await expect(get()).rejects.toThrow(problem("image-url-refused"));
    expect(asked).toEqual([]);
  });

  it("each hop's name is resolved", async () => {
    const { asked, get } = over(
      { "example.com": ["93.184.215.14"], "evil.example.org": ["192.168.1.1"] },
      { [start]: () => redirect("https://evil.example.org/") },
    );
    await expect(get()).rejects.toThrow(problem("image-url-refused"));
    expect(asked.length).toBe(1);
  });

  it("a name that does not exist, or a resolver that fails, leaves the image unreachable", async () => {
    await expect(over({}).get()).rejects.toThrow(problem("image-url-unreachable"));
    const { get } = fetchOver(served, { resolve: () => Promise.reject(new Error("SERVFAIL")) });
    await expect(get()).rejects.toThrow(problem("image-url-unreachable"));
  });

  it("a number is not asked for", async () => {
    const { names, get } = over({}, { "https://8.8.8.8/": () => new Response(bytes) });
    expect(await get("https://8.8.8.8/")).toEqual(bytes);
    expect(names).toEqual([]);
  });
});
