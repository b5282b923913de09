/** Whatever a settings file says, it gives settings of its owner or described problems, and its text stays in its block. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { updateProjectText } from "../../shared/claudeMd/projectText.ts";
import { DEFAULT_SETTINGS, parseSettings } from "../../shared/settings.ts";
import { printable } from "../../shared/text/characters.ts";
import { check, corpusOf, damaged, nasty, timeout } from "./fuzz.ts";

const FILE = "# Mine\n\ntext\n";
/** What the other one decides. */
const OTHERS = {
  team: ["lockTimeoutSeconds", "lockTtlSeconds", "ownWords"],
  person: ["sessionBlock", "routingBlock", "projectRouting"],
};

function parse(text: string): void {
  for (const owner of ["team", "person"] as const) {
    const { values, problems } = parseSettings(text, owner);
    const settings = { ...DEFAULT_SETTINGS, ...values };
    for (const [key, value] of Object.entries(settings)) {
      expect(typeof value).toBe(typeof DEFAULT_SETTINGS[key as keyof typeof settings]);
    }
    for (const key of OTHERS[owner]) expect(values).not.toHaveProperty(key);
    expect(settings.lockTimeoutSeconds).toSatisfy((seconds: number) => seconds >= 0 && seconds <= 20);
    expect(settings.lockTtlSeconds).toSatisfy((seconds: number) => seconds >= 1 && seconds <= 3600);
    expect(problems.length).toBeLessThanOrEqual(6);
    expect(problems.map(printable)).toEqual(problems);
    const { text: updated, problem } = updateProjectText(FILE, { projectRouting: settings.projectRouting });
    expect(problem).toBeUndefined();
    expect(updated.startsWith(FILE)).toBe(true);
    expect(updated.match(/^<!-- PACT_(?:MANAGED|ROUTING)_/gm)).toHaveLength(4);
  }
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
