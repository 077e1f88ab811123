import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ArrivingFile } from "../../src/contract/uploads-port.ts";
import { UPLOAD_SECONDS } from "../../src/contract/uploads.ts";
import { MEMORY_FOLDER, memoryUploads } from "../support/memory-uploads.ts";

const file = (text: string): ArrivingFile => ({
  bytes: new Blob([text]).stream(),
  length: text.length,
  signal: new AbortController().signal,
});
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const changed = (text: string, index: number, to: string) => text.slice(0, index) + to + text.slice(index + 1);
const fail = () => Promise.reject(new Error("R2 is away."));
const hour = UPLOAD_SECONDS * 1000;

describe("uploads", () => {
  it("give back what was put, also a second file, to their owner only", async () => {
    const { uploads } = memoryUploads();
    const upload = await uploads.prepare("acme");
    await uploads.put(upload, file("one"));
    await uploads.put(upload, file("two"));
    expect(textOf(await uploads.read(` ${upload.handle}\n`, "acme"))).toBe("two");
    await expect(uploads.read(upload.handle, "other")).rejects.toMatchObject({ code: "unknown-upload" });
    await expect(uploads.read(upload.handle, "")).rejects.toMatchObject({ code: "unknown-upload" });
  });

  it("have no file before it is put, and store nothing when they are prepared", async () => {
    const { uploads, files } = memoryUploads();
    const { handle } = await uploads.prepare("");
    expect(files.size).toBe(1);
    await expect(uploads.read(handle, "")).rejects.toMatchObject({ code: "upload-empty" });
  });

  it("end after an hour by the handle's own time, and what ended is deleted", async () => {
    const { uploads, clock, files, pending } = memoryUploads();
    const upload = await uploads.prepare("");
    await uploads.put(upload, file("one"));
    clock.nowMs += hour - 1;
    expect(textOf(await uploads.read(upload.handle, ""))).toBe("one");
    clock.nowMs += 1;
    await expect(uploads.read(upload.handle, "")).rejects.toMatchObject({ code: "upload-expired" });
    await expect(uploads.put(upload, file("two"))).rejects.toMatchObject({ code: "upload-expired" });
    await Promise.all(pending);
    expect([...files.keys()].filter((name) => name.startsWith(MEMORY_FOLDER))).toEqual([]);
  });

  it("delete what nobody asks for again, at the next upload", async () => {
    const { uploads, clock, files, pending } = memoryUploads();
    await uploads.put(await uploads.prepare(""), file("old"));
    clock.nowMs += hour;
    await uploads.put(await uploads.prepare(""), file("new"));
    await Promise.all(pending);
    const kept = [...files].filter(([name]) => name.startsWith(MEMORY_FOLDER)).map(([, bytes]) => textOf(bytes));
    expect(kept).toEqual(["new"]);
  });

  it("look for what is old once a minute at most", async () => {
    const { uploads, clock, calls } = memoryUploads();
    for (let count = 0; count < 5; count += 1) await uploads.put(await uploads.prepare(""), file("a"));
    expect(calls.filter((name) => name === "list")).toHaveLength(1);
    clock.nowMs += 60_000;
    await uploads.put(await uploads.prepare(""), file("a"));
    expect(calls.filter((name) => name === "list")).toHaveLength(2);
  });

  it("work in every isolate, also if two begin at once", async () => {
    const { uploads, create } = memoryUploads();
    const other = create();
    const [one, two] = await Promise.all([uploads.prepare(""), other.prepare("")]);
    await other.put(one, file("one"));
    await uploads.put(two, file("two"));
    expect(textOf(await other.read(two.handle, ""))).toBe("two");
    expect(textOf(await create().read(one.handle, ""))).toBe("one");
  });

  it("refuse any other handle and signature without asking the store", async () => {
    const { uploads, calls } = memoryUploads();
    const upload = await uploads.prepare("acme");
    await uploads.put(upload, file("one"));
    const [start, alphabet] = ["upload_".length, "ABCDEFabcdef0123456789-_".split("")];
    const before = calls.length;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: start, max: upload.handle.length - 1 }),
        fc.constantFrom(...alphabet),
        async (index, to) => {
          fc.pre(upload.handle[index] !== to);
          const handle = changed(upload.handle, index, to);
          await expect(uploads.read(handle, "acme")).rejects.toMatchObject({ code: "unknown-upload" });
          const put = uploads.put({ ...upload, handle }, file("two"));
          await expect(put).rejects.toMatchObject({ code: "upload-signature-invalid" });
        },
      ),
    );
    const signature = changed(upload.signature, 3, upload.signature[3] === "A" ? "B" : "A");
    for (const wrong of [signature, "", upload.signature.slice(1), `${upload.signature}A`, upload.handle]) {
      const put = uploads.put({ ...upload, signature: wrong }, file("two"));
      await expect(put).rejects.toMatchObject({ code: "upload-signature-invalid" });
    }
    expect(calls.length).toBe(before);
    expect(textOf(await uploads.read(upload.handle, "acme"))).toBe("one");
  });

  it.each([
    "",
    "upload_",
    "upload_a",
    `upload_${"a".repeat(49)}`,
    `upload_${"a".repeat(47)}!`,
    `Upload_${"a".repeat(48)}`,
  ])("refuse %j, which is no handle", async (handle) => {
    const { uploads } = memoryUploads();
    await expect(uploads.read(handle, "")).rejects.toMatchObject({ code: "unknown-upload" });
    const put = uploads.put({ handle, signature: "a" }, file("a"));
    await expect(put).rejects.toMatchObject({ code: "unknown-upload" });
  });

  it("say that the storage is away, and work again when it is back", async () => {
    let isAway = true;
    const world = memoryUploads();
    const { store } = world;
    const uploads = world.create({ get: (name) => (isAway ? fail() : store.get(name)) });
    await expect(uploads.prepare("")).rejects.toMatchObject({ code: "storage-unavailable" });
    isAway = false;
    const upload = await uploads.prepare("");
    isAway = true;
    await expect(uploads.read(upload.handle, "")).rejects.toMatchObject({ code: "storage-unavailable" });
  });

  it("answer although old files cannot be deleted", async () => {
    const world = memoryUploads();
    const uploads = world.create({ list: fail });
    await uploads.put(await uploads.prepare(""), file("a"));
    await Promise.all(world.pending);
    expect(world.failures).toHaveLength(1);
  });
});
