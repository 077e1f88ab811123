import * as z from "zod";

/** A point, in pixels from the image's top-left corner, or in 0..1 of its width and height where the name says normalized. */
export const Point = z.object({ x: z.number(), y: z.number() }).meta({ id: "Point" });
export type Point = Readonly<z.infer<typeof Point>>;

/** An upright box: top-left corner, then bottom-right; units as `Point`. */
export const Box = z
  .object({ x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() })
  .meta({ id: "Box", description: "Top-left corner (x1, y1) and bottom-right corner (x2, y2)." });
export type Box = Readonly<z.infer<typeof Box>>;

/** Four corners in the order in which the text is read: top-left, top-right, bottom-right, bottom-left of the words. */
export const Quad = z
  .array(Point)
  .length(4)
  .meta({ id: "Quad", description: "Four corners, clockwise from the top-left of the text as it is read." });

/** One object's outline: a polygon for each visible part, each a ring of points that is not closed by repeating the first. */
export const Polygons = z
  .array(z.array(Point))
  .meta({ id: "Polygons", description: "One ring of points for each visible part of the object." });
