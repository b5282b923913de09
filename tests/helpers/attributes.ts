/** Access control lists and extended attributes, which Node cannot see. */
import { spawnSync } from "node:child_process";
import { PYTHON } from "./child.ts";

/** Owner `rw-`, user 1 `rw-`, group `r--`, others nothing; a list is a version and entries of tag, rights and id. */
const ACCESS_LIST = `struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in
  [(1, 6, 0xffffffff), (2, 6, 1), (4, 4, 0xffffffff), (16, 6, 0xffffffff), (32, 0, 0xffffffff)])`;

function python(script: string, file: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(PYTHON, ["-c", `import os, struct, sys\nf = sys.argv[1]\n${script}`, file], {
    encoding: "utf8",
  });
}

/** Sets attributes: a text, or `ACCESS_LIST` for an access control list. @returns the reason if the file system has none */
export function setAttributes(file: string, values: Record<string, string>): string | undefined {
  const script = Object.entries(values).map(([name, value]) => {
    const bytes = value === "ACCESS_LIST" ? ACCESS_LIST : `${JSON.stringify(value)}.encode()`;
    return `os.setxattr(f, ${JSON.stringify(name)}, ${bytes})`;
  });
  const { status, stderr } = python(script.join("\n"), file);
  return status === 0 ? undefined : stderr.trim().split("\n").at(-1);
}

/** All attributes of a file, with their values. */
export function attributesOf(file: string): string {
  return python("print({n: os.getxattr(f, n) for n in sorted(os.listxattr(f))})", file).stdout.trim();
}
