import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import {
  codeOf,
  errnoOf,
  failureReason,
  isUnknown,
  messageOf,
  Refusal,
} from "../../../shared/system/errors.ts";
import { tempDir } from "../../helpers/tempDir.ts";

/** As Node makes it for a code that it does not know. */
function unknownToNode(errno: number): Error {
  const name = `Unknown system error -${errno}`;
  return Object.assign(new Error(`${name}: ${name}, write`), { errno: -errno, code: name, syscall: "write" });
}

test.runIf(process.platform === "linux")(
  "a code that Node does not know has its name, in events and messages",
  () => {
    const error = unknownToNode(122);
    expect([codeOf(error), failureReason(error), isUnknown(error)]).toEqual(["EDQUOT", "no_space", true]);
    expect(messageOf(error)).toBe("EDQUOT: the kernel refused, write");
    expect(errnoOf(codeOf(unknownToNode(37)))).toBe(37);
    expect(codeOf(unknownToNode(9999))).toBe("Unknown system error -9999");
  },
);

test("a path that leads nowhere and a file of a kind that we refuse are known, other failures are not", () => {
  const dir = tempDir();
  fs.writeFileSync(path.join(dir, "file"), "");
  fs.symlinkSync("loop", path.join(dir, "loop"));
  const errorAt = (name: string) => {
    try {
      return fs.readFileSync(path.join(dir, name));
    } catch (error) {
      return error;
    }
  };
  const known = ["absent", "file/below", "loop", "x".repeat(300), "nul\0"].map(errorAt);
  expect(known.map(isUnknown)).toEqual(known.map(() => false));
  expect(isUnknown(errorAt("."))).toBe(true);
  expect(isUnknown(new Refusal("is a folder"))).toBe(false);
  expect(isUnknown(new Refusal("may not be read", "", "x", { cause: errorAt(".") }))).toBe(true);
  expect(isUnknown(new Refusal("may not be read").of("x"))).toBe(false);
});
