/** Tests which wing of the sources may import from which. CONTRIBUTING.md says which code belongs in which wing. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { API } from "typescript/unstable/sync";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The wings from top to bottom: an import points down this list, or stays in its wing. */
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
/** The rooms of the command line from top to bottom: an import points down this list, or stays in its room. */
const ROOMS_OF_BIN = ["bin/*", "bin/audit", "bin/doctor", "bin/install", "bin/journal", "bin/cli"];

/** Every import of our own sources, type imports too, as the compiler reads it: [from, to] relative to the root. */
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

test("no import points up", () => {
  const up = imports.filter(([from, to]) => wingOf(to) < wingOf(from));
  expect(up.map((pair) => pair.join(" -> "))).toEqual([]);
});

test("the command line imports no hook", () => {
  const crossing = imports.filter(([from, to]) => from.startsWith("bin/") && to.startsWith("hooks/"));
  expect(crossing).toEqual([]);
});

test("no import within the command line points up", () => {
  const inner = imports.filter((pair) => pair.every((file) => file.startsWith("bin/")));
  const up = inner.filter(([from, to]) => roomOf(to) < roomOf(from));
  expect(up.map((pair) => pair.join(" -> "))).toEqual([]);
});

test("no file imports itself through others", () => {
  expect(circlesOf(new Map(files.map((file) => [file, targetsOf(file)])))).toEqual([]);
});

describe("functions on texts stay apart from the rest", () => {
  test("text/ and system/ import from no other wing", () => {
    const below = imports.filter(([from]) => /^shared\/(text|system)\//.test(from));
    expect(below.filter(([, to]) => !/^shared\/(text|system)\//.test(to))).toEqual([]);
  });

  test("claudeMd/ imports nothing that reads or writes a file, except to find CLAUDE.md", () => {
    const out = imports.filter(
      ([from, to]) => from.startsWith("shared/claudeMd/") && !/claudeMd|text/.test(to),
    );
    expect(out.filter(([from]) => from !== "shared/claudeMd/place.ts")).toEqual([]);
  });
});

function targetsOf(file: string): string[] {
  return imports.filter(([from]) => from === file).map(([, to]) => to);
}

/** Finds circular imports: removes, again and again, each file that imports none of the rest. @returns what is left */
function circlesOf(graph: Map<string, string[]>): string[] {
  for (;;) {
    const leaf = [...graph].find(([, targets]) => !targets.some((target) => graph.has(target)));
    if (!leaf) return [...graph.keys()];
    graph.delete(leaf[0]);
  }
}
