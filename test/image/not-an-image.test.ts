import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requireImageFile } from "../../src/image/not-an-image.ts";
import { latin1 } from "../support/text-bytes.ts";
import { vectorImages, vectorImage } from "../support/vector-images.ts";

const metadata = { url: "https://example.com/a.jpg", freshSeconds: 0, isStorable: true };

function check(bytes: Uint8Array, contentType = "") {
  return () => requireImageFile({ type: "file", bytes, contentType, metadata });
}

function problem(detail: string): unknown {
  return expect.objectContaining({ code: "image-url-not-an-image", detail: expect.stringContaining(detail) });
}

/** What is thrown for a file; undefined if it may be an image. */
function problemOf(bytes: Uint8Array, type: string): unknown {
  try {
    check(bytes, type)();
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}

describe("what a URL answers", () => {
  it.each(vectorImages)("may be an image with any content type: $file", ({ file }) => {
    const types = ["image/png", "text/html", "application/octet-stream", ""];
    for (const type of types) expect(check(vectorImage(file), type)).not.toThrow();
  });

  it.each(["\0\0\0\x1cftypheic", "BM6", "<svg xmlns='http://www.w3.org/2000/svg'/>"])(
    "may be an image of a format that is refused by its name: %j",
    (start) => {
      expect(check(latin1(start), "text/html")).not.toThrow();
    },
  );

  // brownplt/code.pyret.org#368, mwaterfall/MWPhotoBrowser#366: share links of Google Drive and Dropbox.
  it.each([
    ["<!DOCTYPE html><html><head><title>Sign in</title>", "text/html; charset=utf-8"],
    ["\n<HTML>", ""],
    ["\xef\xbb\xbf<!doctype html>", ""],
    ["<!-- a comment --><!-- <svg --> <html><svg>", "text/html"],
    ["<script>location='/login'</script>", "image/jpeg"],
    ["Please sign in", "text/html"],
    ["<p>Not found</p>", "application/xhtml+xml"],
  ])("is a web page: %j, %s", (start, type) => {
    expect(check(latin1(start), type)).toThrow(problem("a web page"));
  });

  it("is named with its content type, and without its content", () => {
    expect(check(latin1("<html><title>Payroll"), "text/html")).toThrow(problem("(text/html)"));
    expect(check(latin1("<html><title>Payroll"), "text/html")).not.toThrow(problem("Payroll"));
  });

  it("may be empty", () => {
    expect(check(new Uint8Array(), "image/jpeg")).toThrow(problem("an empty file (image/jpeg)"));
  });

  it.each([
    ['{"error": "not found"}', "application/json", "22 bytes"],
    ["%PDF-1.7", "application/pdf", "application/pdf"],
    ["hello", "", "without a content type"],
    ["hello", "a".repeat(5000), "aaa"],
  ])("may be anything else: %j", (start, type, said) => {
    expect(check(latin1(start), type)).toThrow(problem(said));
  });

  it("is checked in linear time", () => {
    for (const piece of ["<!--", "<!---->", "<", " ", "-->"]) {
      expect(check(latin1(piece.repeat(100_000)), "text/plain")).toThrow(problem("bytes"));
    }
  });

  it("is an image or the problem, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.string(), (bytes, type) => {
        expect([undefined, problem("The URL answers with")]).toContainEqual(problemOf(bytes, type));
      }),
    );
  });
});
