/** Random settings: each value is valid or a described problem, and the text stays in its block. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { updateProjectText } from "../../shared/claudeMd/projectText.ts";
import { DEFAULT_SETTINGS, parseSettings } from "../../shared/settings.ts";
import { printable } from "../../shared/text/characters.ts";
import { check, corpusOf, damaged, nasty, timeout } from "./fuzz.ts";

const FILE = "# Mine\n\ntext\n";

function parse(text: string): void {
  const { settings, problems } = parseSettings(text);
  for (const [key, value] of Object.entries(DEFAULT_SETTINGS)) {
    expect(typeof settings[key as keyof typeof settings]).toBe(typeof value);
  }
  expect(settings.lockTimeoutSeconds).toSatisfy((seconds: number) => seconds >= 0 && seconds <= 20);
  expect(settings.lockTtlSeconds).toSatisfy((seconds: number) => seconds >= 1 && seconds <= 3600);
  expect(problems.length).toBeLessThanOrEqual(6);
  expect(problems.map(printable)).toEqual(problems);
  const { text: updated, problem } = updateProjectText(FILE, { projectRouting: settings.projectRouting });
  expect(problem).toBeUndefined();
  expect(updated.endsWith(FILE)).toBe(true);
  expect(updated.match(/^<!-- PACT_(?:MANAGED|ROUTING)_/gm)).toHaveLength(4);
}

test.each(corpusOf("settings"))("each value of %s is valid or a described problem", (_name, bytes) =>
  parse(bytes.toString("utf8")),
);

test("each value of random settings is valid or a described problem", { timeout }, () => {
  check(
    1000,
    fc.property(damaged("settings"), (bytes) => parse(bytes.toString("utf8"))),
  );
  const lines = fc.array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...Object.keys(DEFAULT_SETTINGS)), nasty),
      fc.oneof(nasty, fc.json(), fc.float().map(String)),
    ),
  );
  check(
    1000,
    fc.property(lines, nasty, (pairs, body) => {
      parse(`---\n${pairs.map(([key, value]) => `${key}: ${value}\n`).join("")}---\n${body}`);
    }),
  );
});
