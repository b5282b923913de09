/** Preloaded (`node --import`): hard links are symbolic ones to a file beside the first name, as PRoot makes them. */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";

fs.linkSync = (existing, added) => {
  const real = path.join(path.dirname(existing), `.l2s.${path.basename(existing)}0001`);
  if (fs.existsSync(added)) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
  fs.renameSync(existing, real);
  fs.symlinkSync(real, existing);
  fs.symlinkSync(real, added);
};
syncBuiltinESMExports();
