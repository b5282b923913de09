/** Tests that the documents say about the code what is true of it. */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { updateProjectText } from "../shared/claudeMd/projectText.ts";
import { LOCK_TIMEOUT_SECONDS, LOCK_TTL_SECONDS } from "../shared/fileLock.ts";
import { DEFAULT_SETTINGS, PERSONAL_FILE, parseSettings, TEAM_FILE } from "../shared/settings.ts";
import { MAX_OPEN_MS, SETTLE_MS } from "../shared/update/atRest.ts";
import { MAX_ROUNDS } from "../shared/update/updateFile.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (name: string) => fs.readFileSync(path.join(root, name), "utf8");
const manifest = JSON.parse(read("package.json"));
const DOCUMENTS = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "dist/README.md"],
  ...["docs", "dist/docs"].flatMap((dir) =>
    fs
      .readdirSync(path.join(root, dir))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${dir}/${name}`),
  ),
];

describe.each(DOCUMENTS)("%s", (name) => {
  const text = read(name);

  test("links only to files that exist", () => {
    const links = [...text.matchAll(/(?:\]\(|src="|srcset=")(?!https?:|#)([^)"#]+)/g)].map(
      ([, link = ""]) => link,
    );
    const missing = links.filter((link) => !fs.existsSync(path.join(root, path.dirname(name), link)));
    expect(missing).toEqual([]);
  });

  test("links only to headings that exist", () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
    const missing = links.filter(([, file = "", heading = ""]) => {
      const linked = file === "" ? text : read(path.join(path.dirname(name), file));
      const anchors = [...linked.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => anchorOf(title));
      return !anchors.includes(heading);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  test("names only scripts that exist", () => {
    const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script = ""]) => script);
    expect(scripts.filter((script) => !(script in manifest.scripts))).toEqual([]);
  });
});

/** The name that a heading has in links. */
const anchorOf = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");

describe("README.md", () => {
  const readme = read("README.md");

  test("shows the block that a session adds", () => {
    const block = updateProjectText("mine\n", {}).text?.slice("mine\n\n".length);
    expect(readme).toContain(`\`\`\`markdown\n${block}\`\`\``);
  });

  test("names every command, with the others in docs/commands.md", () => {
    const commands = [...read("bin/pact-hooks.ts").matchAll(/import\("\.\/(\w+)\.ts"\)/g)].map(
      ([, name]) => name,
    );
    expect(commands).toHaveLength(8);
    for (const name of commands)
      expect(read("docs/commands.md")).toMatch(new RegExp(`^\\| .*\`${name}\\b.* \\|`, "m"));
  });

  test("gives the lock's times as the code has them", () => {
    const prose = readme.replaceAll("\n", " ");
    expect(prose).toContain(`at most ${LOCK_TIMEOUT_SECONDS} seconds for the lock`);
    expect(prose).toContain(`known to have held the lock for ${LOCK_TTL_SECONDS} seconds`);
    for (const text of [readme, read("docs/how-it-works.md")]) {
      expect(text).toContain(`that is so after ${SETTLE_MS} ms`);
      expect([MAX_OPEN_MS, text]).toEqual([250, expect.stringContaining("a quarter of a second after")]);
    }
  });

  test("the oldest Node is that of package.json", () => {
    expect(manifest.engines.node).toBe(">=20.17");
    expect(readme).toContain("Node 20.17 or later");
    expect(read("bin/doctor/programs.ts")).toContain('LEAST_NODE = "20.17"');
  });

  test("gives the cost that the benchmark measured last", () => {
    const measured = JSON.parse(read("bench/results.json"));
    const costOf = (name: string) => measured[`hook, Node 22: ${name}`].median.toFixed(2);
    const prose = readme.replaceAll("\n", " ");
    expect(prose).toContain(`${costOf("unchanged")} of that time for a session that changes nothing`);
    expect(prose).toContain(
      `${costOf("first session")} for the first one, which adds the block, and ${costOf("updating session")} for one`,
    );
    expect(prose).toContain(
      `An update takes ${costOf("updating session, without the binding")} without the native binding`,
    );
  });
});

describe("docs/settings.md", () => {
  const settings = read("docs/settings.md");
  const examples = [...settings.matchAll(/```markdown\n(---[\s\S]*?)```/g)].map(([, text = ""]) => text);
  const [team = "", personal = ""] = examples;
  const { projectRouting, ownWords, ...defaults } = DEFAULT_SETTINGS;

  test("shows a team's and a personal settings file, which together set everything to its default", () => {
    expect(examples).toHaveLength(2);
    const [ours, mine] = [parseSettings(team, "team"), parseSettings(personal, "person")];
    expect([...ours.problems, ...mine.problems]).toEqual([]);
    expect({ ...ours.values, ...mine.values }).toEqual({
      ...defaults,
      projectRouting: "Ask before you change anything in migrations/.",
      ownWords: "Answer me in short sentences.",
    });
  });

  test.each([
    ["team", TEAM_FILE, team],
    ["person", PERSONAL_FILE, personal],
  ] as const)("shows all settings of the %s, under the name %s of the file", (owner, file, text) => {
    const [known = ""] = parseSettings("---\nx: 1\n---\n", owner).problems;
    const shown = [...text.matchAll(/^(\w+):/gm)].map(([, key]) => key);
    expect(known.endsWith(`the settings are ${shown.join(", ")}.`)).toBe(true);
    const [above = ""] = settings.split(text);
    expect(above.match(/^`(\.claude\/pact-hooks(?:\.local)?\.md)`/gm)?.at(-1)).toBe(`\`${file}\``);
  });

  const bounds = [...personal.matchAll(/^(\w+): .*# (\d+) to (\d+)$/gm)].map(([, key = "", least, most]) => ({
    key,
    least: Number(least),
    most: Number(most),
  }));

  test("gives the bounds of both numbers", () => {
    expect(bounds.map(({ key }) => key)).toEqual(["lockTimeoutSeconds", "lockTtlSeconds"]);
    for (const { key, least, most } of bounds) expect(acceptedOf(key, least, most)).toEqual(ONLY_WITHIN);
  });
});

const ONLY_WITHIN = [true, true, false, false];

/** Whether a personal file may set a number to its bounds, and to what is just beyond them. */
function acceptedOf(key: string, least: number, most: number): boolean[] {
  return [least, most, least - 1, most + 1].map(
    (value) => parseSettings(`---\n${key}: ${value}\n---\n`, "person").problems.length === 0,
  );
}

describe("plugin.json", () => {
  test("asks for the oldest Claude Code that README.md names", () => {
    const oldest = JSON.parse(read("plugin.json")).engines["claude-code"].replace(/^>=/, "");
    expect(read("README.md")).toContain(`Claude Code ${oldest} or later`);
    expect(read("bin/doctor/programs.ts")).toContain(`LEAST_CLAUDE = "${oldest}"`);
  });

  interface Option {
    type: string;
    default: unknown;
    min?: number;
    max?: number;
  }
  const options: [string, Option][] = Object.entries(JSON.parse(read("plugin.json")).userConfig);

  test("offers what a person may set in a file, with the code's defaults", () => {
    const known = parseSettings("---\nx: 1\n---\n", "person").problems.join();
    expect(known).toContain(`the settings are ${options.map(([key]) => key).join(", ")}.`);
    for (const [key, option] of options) {
      expect(option.default).toBe(DEFAULT_SETTINGS[key as keyof typeof DEFAULT_SETTINGS]);
      expect(option.type).toBe(typeof option.default);
    }
  });

  test("gives each number the code's bounds", () => {
    const numbers = options.filter(([, { type }]) => type === "number");
    expect(numbers).toHaveLength(2);
    for (const [key, { min = Number.NaN, max = Number.NaN }] of numbers) {
      expect(acceptedOf(key, min, max)).toEqual(ONLY_WITHIN);
    }
  });
});

test("the model of the protocol names functions of the source", () => {
  const head =
    read("tests/model/protocol.ts")
      .split("*/")[0]
      ?.replaceAll(/\s+\*\s+/g, " ") ?? "";
  const named = [...head.matchAll(/([\w/]+\.ts) \(([\w, ]+)\)/g)].flatMap(([, file = "", names = ""]) =>
    names.split(", ").map((name) => [file, name] as const),
  );
  expect(named.length).toBeGreaterThan(10);
  const isThere = ([file, name]: readonly [string, string]) =>
    new RegExp(`function ${name}\\b|\\b${name}[:(]`).test(read(`shared/${file}`));
  expect(named.filter((one) => !isThere(one))).toEqual([]);
});

describe("docs/how-it-works.md", () => {
  const text = read("docs/how-it-works.md");

  test("names only functions that exist", () => {
    const sources = fs
      .readdirSync(path.join(root, "shared"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => read(`shared/${name}`))
      .join("\n");
    const steps = [...text.matchAll(/^\| \d+ \|.*\| `(\w+)` \|$/gm)].map(([, step = ""]) => step);
    expect(steps.length).toBe(9);
    for (const step of steps) expect(sources).toMatch(new RegExp(`function ${step}\\b|\\b${step}[:(]`));
  });

  test("the figures are those of the code", () => {
    expect(MAX_ROUNDS).toBe(10);
    expect(text).toContain("ten times at most");
    expect(text).toContain(`step 8 waits ${SETTLE_MS} ms`);
    expect(text).toContain(`it waits, ${MAX_OPEN_MS} ms at most`);
    expect(text).toContain(`older than ${LOCK_TTL_SECONDS} s`);
    expect(text).toContain(`After ${LOCK_TIMEOUT_SECONDS} s`);
  });
});
