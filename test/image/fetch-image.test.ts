import { describe, expect, it } from "vitest";
import { IMAGE_FETCH_TIMEOUT_MS, isOriginDown, MAX_REDIRECTS } from "../../src/image/fetch-image.ts";
import { hostileAddresses } from "../support/hostile-addresses.ts";
import { bytes, fetchOver, problem, redirect, start } from "../support/image-servers.ts";

/** Returns servers with a chain of `count` redirects to an image. */
function redirectChain(count: number): Readonly<Record<string, () => Response>> {
  const servers = Array.from({ length: count + 1 }, (_, hop) => {
    const serve = () => (hop === count ? new Response(bytes) : redirect(`/${hop + 1}`));
    return [`https://example.com/${hop}`, serve] as const;
  });
  return Object.fromEntries(servers);
}

describe("the fetch of an image", () => {
  it("is a GET with fixed headers and a timeout", async () => {
    const { requests, waits, get } = fetchOver({ [start]: () => new Response(bytes) });
    expect(await get()).toEqual(bytes);
    expect(waits).toEqual([IMAGE_FETCH_TIMEOUT_MS]);
    expect(requests.map(({ url }) => url)).toEqual([start]);
    const request = requests[0]?.request;
    expect(Object.keys(request?.headers ?? {}).toSorted()).toEqual(["accept", "accept-encoding", "user-agent"]);
    expect(request).toEqual({ headers: expect.anything(), redirect: "manual", signal: expect.any(AbortSignal) });
  });

  it.each(hostileAddresses)("refuses %s without a request: %s", async (_, address) => {
    const { requests, get } = fetchOver({});
    await expect(get(address)).rejects.toThrow(problem("image-url-refused"));
    expect(requests).toEqual([]);
  });

  it.each(hostileAddresses.filter(([name]) => !/relative|no address|no host|slashes|tab/u.test(name)))(
    "refuses a redirect to %s: %s",
    async (_, address) => {
      const { requests, get } = fetchOver({ [start]: () => redirect(encodeURI(address).replaceAll("%25", "%")) });
      await expect(get()).rejects.toThrow(problem("image-url-refused"));
      expect(requests.length).toBe(1);
    },
  );

  it.each([301, 302, 303, 307, 308])("follows a %i redirect to an absolute or relative URL", async (status) => {
    const { requests, get } = fetchOver({
      [start]: () => redirect("/b.jpg", status),
      "https://example.com/b.jpg": () => redirect("https://cdn.example.com/c.jpg", status),
      "https://cdn.example.com/c.jpg": () => new Response(bytes),
    });
    expect(await get()).toEqual(bytes);
    expect(requests.length).toBe(3);
  });

  it("follows as many redirects as the limit allows, and no more", async () => {
    const first = "https://example.com/0";
    expect(await fetchOver(redirectChain(MAX_REDIRECTS)).get(first)).toEqual(bytes);
    await expect(fetchOver(redirectChain(MAX_REDIRECTS + 1)).get(first)).rejects.toThrow(problem("image-url-refused"));
  });

  it("reports a network failure as unreachable", async () => {
    await expect(fetchOver({}).get()).rejects.toThrow(problem("image-url-unreachable"));
  });

  it.each([201, 204, 302, 304, 401, 403, 404, 500, 503])("reports status %i as unreachable", async (status) => {
    const { get } = fetchOver({ [start]: () => new Response(null, { status }) });
    await expect(get()).rejects.toThrow(problem("image-url-unreachable"));
  });
});

const notModified = () => new Response(null, { status: 304, headers: { "cache-control": "max-age=5" } });
const cacheable = () => new Response(bytes, { headers: { "cache-control": "max-age=50" } });
const changed = () => new Response(Uint8Array.of(9), { headers: { etag: '"2"' } });

describe("the fetch of a stored image", () => {
  const etag = '"1"';
  const target = "https://cdn.example.com/a.jpg";
  const tagged = () => new Response(bytes, { headers: { etag } });
  const signal = new AbortController().signal;

  /** Fetches from the `first` servers, then again from the `next` ones with the metadata of the first fetch. */
  async function fetchTwice(first: Servers, next: Servers) {
    const { metadata } = await fetchOver(first).fetchImage(start, signal);
    const second = fetchOver(next);
    const fetched = await second.fetchImage(start, signal, metadata).catch((thrown: unknown) => thrown);
    const conditions = second.requests.map(({ request }) => request.headers["if-none-match"]);
    return { fetched, conditions };
  }
  type Servers = Parameters<typeof fetchOver>[0];

  it("returns unchanged on 304", async () => {
    const { fetched, conditions } = await fetchTwice({ [start]: tagged }, { [start]: notModified });
    expect(fetched).toMatchObject({ type: "unchanged", metadata: { url: start, etag, freshSeconds: 5 } });
    expect(conditions).toEqual([etag]);
  });

  it("returns the new image on 200", async () => {
    const { fetched } = await fetchTwice({ [start]: tagged }, { [start]: changed });
    expect(fetched).toMatchObject({ type: "file", bytes: Uint8Array.of(9), metadata: { etag: '"2"' } });
  });

  it("sends the ETag only to the URL of the stored image, after the same redirects", async () => {
    const first = { [start]: () => redirect(target), [target]: tagged };
    expect((await fetchTwice(first, { [start]: () => redirect(target), [target]: notModified })).conditions).toEqual([
      undefined,
      etag,
    ]);
    const elsewhere = "https://other.example.com/a.jpg";
    const { fetched, conditions } = await fetchTwice(first, {
      [start]: () => redirect(elsewhere),
      [elsewhere]: tagged,
    });
    expect([conditions, fetched]).toMatchObject([[undefined, undefined], { type: "file" }]);
  });

  it.each<[string, number, number, Readonly<Record<string, string>>]>([
    ["permanent", 50, 301, {}],
    ["permanent", 50, 308, {}],
    ["with max-age", 3, 302, { "cache-control": "max-age=3" }],
    ["fresher than the image", 50, 307, { "cache-control": "max-age=99" }],
    ["temporary", 0, 302, {}],
    ["temporary", 0, 307, {}],
    ["permanent with no-cache", 0, 301, { "cache-control": "no-cache" }],
  ])("is fresh no longer than the redirects to it: %s redirect, %i s", async (_, freshSeconds, status, headers) => {
    const redirecting = () => new Response(null, { status, headers: { location: target, ...headers } });
    const fetched = await fetchOver({ [start]: redirecting, [target]: cacheable }).fetchImage(start, signal);
    expect(fetched.metadata).toMatchObject({ url: target, freshSeconds });
  });

  it("reports a 304 to an unconditional request as unreachable", async () => {
    const { fetched } = await fetchTwice(
      { [start]: () => redirect(target), [target]: tagged },
      { [start]: notModified },
    );
    expect(fetched).toMatchObject({ code: "image-url-unreachable" });
  });

  it.each(hostileAddresses.filter(([name]) => !/relative|no address|no host|slashes|tab/u.test(name)))(
    "refuses a new redirect to %s: %s",
    async (_, address) => {
      const hostile = () => redirect(encodeURI(address).replaceAll("%25", "%"));
      const { fetched, conditions } = await fetchTwice({ [start]: tagged }, { [start]: hostile });
      expect([fetched, conditions]).toMatchObject([{ code: "image-url-refused" }, [etag]]);
    },
  );

  it.each([
    [404, false],
    [403, false],
    [429, true],
    [503, true],
  ])("on status %i, isOriginDown returns %s", async (status, isDown) => {
    const { fetched } = await fetchTwice({ [start]: tagged }, { [start]: () => new Response(null, { status }) });
    expect(isOriginDown(fetched)).toBe(isDown);
  });

  it("on a network failure, isOriginDown returns true, and false for other errors", async () => {
    expect(isOriginDown((await fetchTwice({ [start]: tagged }, {})).fetched)).toBe(true);
    expect(isOriginDown(new Error("a bug"))).toBe(false);
  });
});

describe("the fetch with a resolver", () => {
  const served = { [start]: () => new Response(bytes) };
  const fetchWith = (
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

  it("requests a host whose addresses are public", async () => {
    const { names, get } = fetchWith({ "example.com": ["93.184.215.14", "2606:2800:21f:cb07::1"] });
    expect(await get()).toEqual(bytes);
    expect(names).toEqual(["example.com"]);
  });

  it.each([
    ["the loopback", ["127.0.0.1"]],
    ["a private address beside a public one", ["93.184.215.14", "10.0.0.1"]],
    ["a mapped private address", ["::ffff:192.168.0.1"]],
    ["a cloud's metadata address", ["169.254.169.254"]],
    ["a unique local address", ["fd00::1"]],
    ["no IP address", ["example.org"]],
  ])("refuses a host that resolves to %s, without a request", async (_, addresses) => {
    const { requests, get } = fetchWith({ "example.com": addresses });
    await expect(get()).rejects.toThrow(problem("image-url-refused"));
    expect(requests).toEqual([]);
  });

  it("resolves the host of each hop", async () => {
    const { requests, get } = fetchWith(
      { "example.com": ["93.184.215.14"], "evil.example.org": ["192.168.1.1"] },
      { [start]: () => redirect("https://evil.example.org/") },
    );
    await expect(get()).rejects.toThrow(problem("image-url-refused"));
    expect(requests.length).toBe(1);
  });

  it("reports a host that does not exist, or a failed resolver, as unreachable", async () => {
    await expect(fetchWith({}).get()).rejects.toThrow(problem("image-url-unreachable"));
    const { get } = fetchOver(served, { resolve: () => Promise.reject(new Error("SERVFAIL")) });
    await expect(get()).rejects.toThrow(problem("image-url-unreachable"));
  });

  it("does not resolve an IP address", async () => {
    const { names, get } = fetchWith({}, { "https://8.8.8.8/": () => new Response(bytes) });
    expect(await get("https://8.8.8.8/")).toEqual(bytes);
    expect(names).toEqual([]);
  });
});
