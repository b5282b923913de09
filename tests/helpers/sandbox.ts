/** A project and a configuration folder for one test, and the environment of the processes in it. */
import fs from "node:fs";
import path from "node:path";
import { tempDir } from "./tempDir.ts";

export { envOf, hookEnvOf } from "./sandboxEnv.mjs";

export interface Sandbox {
  projectDir: string;
  /** Not made yet; the folder around it is the home folder. */
  configDir: string;
}

/** A sandbox, removed after the test. */
export function sandbox(projectName = "demo"): Sandbox {
  const dir = tempDir();
  const projectDir = path.join(dir, projectName);
  for (const folder of [projectDir, path.join(dir, "tmp")]) fs.mkdirSync(folder);
  return { projectDir, configDir: path.join(dir, "config") };
}
