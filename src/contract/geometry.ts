import * as z from "zod";

/** A point, in pixels from the image's top-left corner; in 0..1 of its width and height if the field's name contains `normalized`. */
export const Point = z.object({ x: z.number(), y: z.number() }).meta({ id: "Point" });
export type Point = Readonly<z.infer<typeof Point>>;

const corners = { x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() };

/** An axis-aligned box: top-left corner, then bottom-right; units as `Point`. */
export const Box = z.object(corners).meta({
  id: "Box",
  description:
    "Corners (x1, y1) top left and (x2, y2) bottom right; in pixels, or in 0..1 where the name says normalized.",
});
export type Box = Readonly<z.infer<typeof Box>>;

/** A box by its top-left corner and its size, as in COCO annotations; units as `Point`. */
export const SizedBox = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).meta({
  id: "SizedBox",
  description: "Corner (x, y) top left, and size; in pixels, or in 0..1 where the name says normalized.",
});
export type SizedBox = Readonly<z.infer<typeof SizedBox>>;

/** A box by its centre and its size, as in YOLO labels; units as `Point`. */
export const CentredBox = z.object({ cx: z.number(), cy: z.number(), width: z.number(), height: z.number() }).meta({
  id: "CentredBox",
  description: "Centre (cx, cy), and size; in pixels, or in 0..1 where the name says normalized.",
});
export type CentredBox = Readonly<z.infer<typeof CentredBox>>;

/** A box in a request, without other keys. Whether it is inside the image is checked when the image's size is known. */
export const Region = z
  .strictObject(corners, {
    error: ({ code }) => (code === "invalid_type" ? "Send four numbers: x1, y1, x2, y2." : undefined),
  })
  .meta({
    id: "Region",
    description: "x1 < x2 and y1 < y2, inside the image; in pixels, or in 0..1 where the name says normalized.",
  });

/** Four corners, in the reading order of the text. */
export const Quad = z.array(Point).min(4).max(4).meta({
  id: "Quad",
  description: "Four corners, clockwise from the top-left of the text as it is read.",
});

/** One object's outline: a polygon for each visible part. Each is a ring of points; the first point is not repeated at the end. */
export const Polygons = z.array(z.array(Point)).meta({
  id: "Polygons",
  description: "One ring of points for each visible part of the object.",
});
