/** The house: which wing may import from which. CONTRIBUTING.md says what belongs where. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { API } from "typescript/unstable/sync";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** From top to bottom: imports go down this list, or stay in one wing. */
const WINGS = [
  "bin",
  "hooks",
  "shared/index.ts",
  "shared/session",
  "shared/install",
  "shared/claudeMdManager.ts",
  "shared/claudeMd",
  "shared/update",
  "shared/settings.ts",
  "shared/fileLock.ts",
  "shared/lock",
  "shared/git",
  "shared/journal",
  "shared/text",
  "shared/system",
];
/** The same within the command line. */
const ROOMS_OF_BIN = ["bin/*", "bin/audit", "bin/doctor", "bin/install", "bin/journal", "bin/cli"];

/** Every import of our own sources, of types too, as the compiler reads it: [from, to] relative to the root. */
const imports = readImports();
const files = [...new Set(imports.flat())];

function readImports(): [string, string][] {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProject: path.join(root, "tsconfig.json") });
    const program = snapshot.getProjects()[0]?.program;
    const names = program?.getSourceFileNames().map((name) => path.relative(root, name)) ?? [];
    const own = names.filter((name) => /^(bin|hooks|shared)\//.test(name));
    return own.flatMap((from) => {
      const source = program?.getSourceFile(path.join(root, from));
      const specifiers =
        source?.imports.map((specifier) => (specifier as { text?: string }).text ?? "") ?? [];
      return specifiers
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier): [string, string] => [from, path.join(path.dirname(from), specifier)]);
    });
  } finally {
    api.close();
  }
}

const wingOf = (file: string) => WINGS.findIndex((wing) => file === wing || file.startsWith(`${wing}/`));
const roomOf = (file: string) =>
  path.dirname(file) === "bin" ? 0 : ROOMS_OF_BIN.findIndex((room) => file.startsWith(`${room}/`));

test("every source file lies in a wing", () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.filter((file) => wingOf(file) === -1)).toEqual([]);
});

test("no import goes up", () => {
  const up = imports.filter(([from, to]) => wingOf(to) < wingOf(from));
  expect(up.map((pair) => pair.join(" -> "))).toEqual([]);
});

test("no hook needs the command line, and the command line needs no hook", () => {
  const crossing = imports.filter(([from, to]) => from.startsWith("bin/") && to.startsWith("hooks/"));
  expect(crossing).toEqual([]);
});

test("no import within the command line goes up", () => {
  const inner = imports.filter((pair) => pair.every((file) => file.startsWith("bin/")));
  const up = inner.filter(([from, to]) => roomOf(to) < roomOf(from));
  expect(up.map((pair) => pair.join(" -> "))).toEqual([]);
});

test("there is no circle of imports", () => {
  expect(circlesOf(new Map(files.map((file) => [file, targetsOf(file)])))).toEqual([]);
});

describe("what a text function may know", () => {
  test("text/ knows nothing of PACT, and system/ nothing of us", () => {
    const below = imports.filter(([from]) => /^shared\/(text|system)\//.test(from));
    expect(below.filter(([, to]) => !/^shared\/(text|system)\//.test(to))).toEqual([]);
  });

  test("claudeMd/ reads and writes no file but to find it", () => {
    const out = imports.filter(
      ([from, to]) => from.startsWith("shared/claudeMd/") && !/claudeMd|text/.test(to),
    );
    expect(out.filter(([from]) => from !== "shared/claudeMd/place.ts")).toEqual([]);
  });
});

function targetsOf(file: string): string[] {
  return imports.filter(([from]) => from === file).map(([, to]) => to);
}

/** Files that lead back to themselves: what is left after removing, again and again, each that imports none of the rest. */
function circlesOf(graph: Map<string, string[]>): string[] {
  for (;;) {
    const leaf = [...graph].find(([, targets]) => !targets.some((target) => graph.has(target)));
    if (!leaf) return [...graph.keys()];
    graph.delete(leaf[0]);
  }
}
