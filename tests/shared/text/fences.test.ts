import { expect, test } from "vitest";
import { type Fence, fenceAfter } from "../../../shared/text/fences.ts";

function afterAll(lines: string[]): Fence | null {
  let fence: Fence | null = null;
  for (const line of lines) fence = fenceAfter(line, fence);
  return fence;
}

test.each([
  [["```"], "opens"],
  [["~~~"], "opens"],
  [["```ts title=a"], "opens"],
  [["   ```"], "opens"],
  [["~~~ with ` in it"], "opens"],
  [["``"], "is text"],
  [["    ```"], "is text"],
  [["\t```"], "is text"],
  [["``` with ` in it"], "is text"],
  [["```inline```"], "is text"],
  [["x ```"], "is text"],
])("the possible fence %j %s", (lines, expected) => {
  expect(afterAll(lines) ? "opens" : "is text").toBe(expected);
});

test.each([
  [["```", "```"], true],
  [["```", "`````"], true],
  [["```", "   ```  "], true],
  [["~~~", "~~~"], true],
  [["````", "```"], false],
  [["```", "~~~"], false],
  [["```", "```ts"], false],
  [["```", "    ```"], false],
  [["```", "text"], false],
  [["````", "```", "```", "````"], true],
  [["```", "```", "```"], false],
])("that the lines %j close their fence is %s", (lines, closes) => {
  expect(afterAll(lines) === null).toBe(closes);
});
