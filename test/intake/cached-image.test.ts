import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { callWith } from "../support/calls.ts";
import { garden, request, service, street } from "../support/url-service.ts";

describe("a cached image at a URL", () => {
  it("is downloaded when a region is outside of the cached image, and the downloaded one decides", async () => {
    const { send, api, server, fetches } = service({ freshSeconds: 60 });
    const region = { x1: 520, y1: 1, x2: 630, y2: 400 };
    server.image = garden;
    await send();
    Object.assign(server, { image: street, etag: "2" });
    await send({}, { region }, "region-to-category");
    expect(fetches).toHaveLength(2);
    Object.assign(server, { image: garden, etag: "3" });
    const outside = { task: "region-to-category", options: { region: { ...region, y2: 500 } } };
    const items = [outside, { task: "caption", options: {} }];
    const { results } = await api.analyze({ image: request().image, items }, callWith());
    expect(results[0]).toMatchObject({ code: "region-outside-image" });
    expect(results[1]).not.toBeInstanceOf(Problem);
    expect(fetches).toEqual([undefined, undefined, undefined]);
  });

  it("is never asked for with only-if-cached", async () => {
    const { send, fetches, advance } = service({ freshSeconds: 60 });
    const onlyIfCached = { onlyIfCached: true };
    const notCached = { code: "not-cached" };
    await expect(send(onlyIfCached)).rejects.toMatchObject(notCached);
    expect(fetches).toEqual([]);
    await send();
    expect((await send(onlyIfCached)).cache.hit).toBe(true);
    await expect(send(onlyIfCached, {}, "ocr")).rejects.toMatchObject(notCached);
    await expect(send(onlyIfCached, { overlay: "svg" })).rejects.toMatchObject(notCached);
    const outside = { region: { x1: 1, y1: 1, x2: 5000, y2: 2 } };
    await expect(send(onlyIfCached, outside, "region-to-category")).rejects.toMatchObject(notCached);
    await expect(send({ ...onlyIfCached, noCache: true })).rejects.toMatchObject(notCached);
    advance(61);
    await expect(send(onlyIfCached)).rejects.toMatchObject(notCached);
    expect(fetches).toHaveLength(1);
  });

  it("is asked for again when the clock was set back", async () => {
    const { send, fetches, advance } = service({ freshSeconds: 60 });
    advance(7200);
    await send();
    advance(-3600);
    for (let minute = 0; minute < 3; minute += 1) {
      await send();
      advance(61);
    }
    expect(fetches.map((stored) => stored?.etag)).toEqual([undefined, "1", "1", "1"]);
  });
});
