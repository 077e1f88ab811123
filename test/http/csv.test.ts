import { expect, it } from "vitest";
import { csvRecord } from "../../src/http/csv.ts";

it.each([
  [["a", 1, null, -2], "a,1,,-2\r\n"],
  [["a,b", 'say "yes"', "two\nlines"], '"a,b","say ""yes""","two\nlines"\r\n'],
  // What a spreadsheet would compute.
  [["=1+1", "+1", "-1", "@SUM(A1)", "\tx"], "'=1+1,'+1,'-1,'@SUM(A1),'\tx\r\n"],
  [['=HYPERLINK("x")'], `"'=HYPERLINK(""x"")"\r\n`],
])("a record of %j", (cells, text) => {
  expect(csvRecord(cells)).toBe(text);
});
