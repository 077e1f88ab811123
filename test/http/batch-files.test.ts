import { describe, expect, it } from "vitest";

import { MAX_FILE_BYTES } from "../../src/contract/batches.ts";

import { batchApp, postForm, refusalIn, sendFile } from "../support/batch-app.ts";
import { batchLine, fileIn } from "../support/batch-world.ts";

const one = batchLine("a");

/** Sends a form with these fields. */
function sendForm(world: ReturnType<typeof batchApp>, fields: readonly (readonly [string, string | Blob])[]) {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, "lines.jsonl");
  }
  return postForm(world, form);
}

/** A file that is declared to have so many bytes, of which none are sent. */
function sendDeclared({ app }: ReturnType<typeof batchApp>, length: number) {
  const headers = { "content-type": "multipart/form-data; boundary=b", "content-length": String(length) };
  return app.request("/openai/v1/files", { method: "POST", headers, body: "--b--" });
}

describe("a file", () => {
  const file = new Blob([one]);

  it("is kept for a week, whichever field of the form comes first", async () => {
    const world = batchApp();
    for (const fields of [
      [
        ["purpose", "batch"],
        ["file", file],
      ],
      [
        ["file", file],
        ["purpose", "batch"],
      ],
    ] as const) {
      const sent = await fileIn(await sendForm(world, fields));
      expect(sent).toEqual({
        id: expect.stringMatching(/^file-[0-9A-Za-z]{22}$/u),
        object: "file",
        bytes: file.size,
        created_at: world.time.now() / 1000,
        expires_at: world.time.now() / 1000 + 7 * 86_400,
        filename: "lines.jsonl",
        purpose: "batch",
        status: "processed",
        status_details: null,
      });
      expect(await fileIn(await world.app.request(`/openai/v1/files/${sent.id}`))).toEqual(sent);
      const content = await world.app.request(`/openai/v1/files/${sent.id}/content`);
      expect([content.headers.get("content-length"), await content.text()]).toEqual([String(file.size), one]);
    }
  });

  it("ends when its sender wants it to", async () => {
    const world = batchApp();
    const fields = [
      ["purpose", "batch"],
      ["expires_after[anchor]", "created_at"],
      ["file", file],
    ] as const;
    const { id, expires_at: end } = await fileIn(
      await sendForm(world, [...fields, ["expires_after[seconds]", "3600"]]),
    );
    expect(end).toBe(world.time.now() / 1000 + 3600);
    await world.time.pass(3_600_000);
    expect(await refusalIn(await world.app.request(`/openai/v1/files/${id}`))).toEqual([404, "unknown-file"]);
    expect((await sendForm(world, [...fields, ["expires_after[seconds]", "60"]])).status).toBe(400);
  });

  it("passes in parts of one size, which are the whole", async () => {
    const world = batchApp();
    const content = `${batchLine("x".repeat(200), { image: "y".repeat(400_000) })}\n`.repeat(30);
    const { id, bytes } = await fileIn(await sendFile(world, content));
    expect(bytes).toBe(content.length);
    expect(world.partSizes).toEqual([5_242_880, 5_242_880, content.length - 2 * 5_242_880]);
    expect(await (await world.app.request(`/openai/v1/files/${id}/content`)).text()).toBe(content);
  });

  it.each<readonly [string, readonly (readonly [string, string | Blob])[]]>([
    ["no file", [["purpose", "batch"]]],
    ["no purpose", [["file", file]]],
    [
      "another purpose",
      [
        ["purpose", "fine-tune"],
        ["file", file],
      ],
    ],
    [
      "two files",
      [
        ["purpose", "batch"],
        ["file", file],
        ["file", file],
      ],
    ],
    [
      "a file in another field",
      [
        ["purpose", "batch"],
        ["image", file],
      ],
    ],
    [
      "another field",
      [
        ["purpose", "batch"],
        ["colour", "red"],
        ["file", file],
      ],
    ],
    [
      "a field that is too long",
      [
        ["purpose", "b".repeat(2000)],
        ["file", file],
      ],
    ],
  ])("is refused with %s", async (_, fields) => {
    const world = batchApp();
    expect(await refusalIn(await sendForm(world, fields))).toEqual([400, "invalid-request"]);
    expect([...world.objects.keys()]).toEqual([]);
  });

  it("is refused where it is no form, or breaks off", async () => {
    const world = batchApp();
    const send = (type: string, body: string) =>
      world.app.request("/openai/v1/files", { method: "POST", headers: { "content-type": type }, body });
    expect(await refusalIn(await send("application/json", "{}"))).toEqual([415, "unsupported-media-type"]);
    expect(await refusalIn(await send("multipart/form-data", "--b--"))).toEqual([400, "invalid-request"]);
    const part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n{}';
    expect(await refusalIn(await send("multipart/form-data; boundary=b", part))).toEqual([400, "invalid-request"]);
    expect(world.objects.size).toBe(0);
  });

  it("has at most so many bytes, declared or not", async () => {
    const world = batchApp();
    expect(await refusalIn(await sendDeclared(world, MAX_FILE_BYTES + 100_000))).toEqual([413, "file-too-large"]);
    const piece = new Uint8Array(1_000_000).fill(0x78);
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
    let pieces = 0;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(head)),
      pull: (controller) => {
        pieces += 1;
        controller.enqueue(piece);
      },
    });
    const headers = { "content-type": "multipart/form-data; boundary=b" };
    const init = { method: "POST", headers, body, duplex: "half" };
    expect(await refusalIn(await world.app.request("/openai/v1/files", init))).toEqual([413, "file-too-large"]);
    expect(pieces).toBeLessThan(MAX_FILE_BYTES / piece.length + 10);
    expect(world.objects.size).toBe(0);
  });
});
