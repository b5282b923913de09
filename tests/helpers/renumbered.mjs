/** Preloaded (`node --import`): every look at a file gives another inode number, as on some network file systems. */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

let number = 1;
for (const name of ["statSync", "lstatSync", "fstatSync"]) {
  const look = fs[name];
  fs[name] = (file, options) => {
    const stat = look(file, options);
    if (stat) stat.ino = typeof stat.ino === "bigint" ? BigInt(++number) : ++number;
    return stat;
  };
}
syncBuiltinESMExports();
