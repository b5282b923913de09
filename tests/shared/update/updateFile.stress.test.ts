/**
 * The short form of `npm run stress`: many processes update one file, and the test compares their results with its
 * text. Without the fence in updateFile.ts, writers without a lock lose updates here within a second; without the wait for
 * programs that have the displaced file open, nearly every line of a slow appender or a mapper is lost.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { BACKENDS, HAS_PYTHON, IS_LINUX } from "../../helpers/machine.ts";
import scenarios from "../../stress/scenarios.json" with { type: "json" };

const STRESS = fileURLToPath(new URL("../../stress/stress.mjs", import.meta.url));
const SECONDS = 0.5;

interface Scenario {
  name: string;
  backends: string[];
  share?: number;
  outsiders?: { appender?: number; mapper?: number; editor?: number };
}
const cases = (scenarios as Scenario[]).map((scenario) => [scenario.name, scenario] as const);

test.for(cases)("no text is lost or doubled with %s", async ([name, scenario], { skip }) => {
  const { backends, share = 1, outsiders = {} } = scenario;
  const missing = backends.filter((backend) => backend !== "none" && !BACKENDS.includes(backend));
  skip(missing.length > 0, `needs the backend ${missing}`);
  skip(!!(outsiders.mapper || outsiders.editor) && !(IS_LINUX && HAS_PYTHON), "needs Python on Linux");
  const args = [STRESS, "--scenario", name, "--seconds", String(SECONDS * share), "--json"];
  // The program exits with 1 and lists the errors if it finds any.
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args).catch((error) => error);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ name, wrong: [] });
});
