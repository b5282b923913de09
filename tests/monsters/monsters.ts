/** Files that no project has: megabytes of one kind of line, or of a few, where a hook reads them. */
import fs from "node:fs";
import path from "node:path";
import { randomOf } from "../team/random.ts";

const block = (name: string, inner = "") => `<!-- ${name}_START -->\n${inner}<!-- ${name}_END -->\n`;
const MEMORY = ["Retrieved Context", "Pinned Context", "Working Memory"].map((name) => `## ${name}\n`);
const TITLE = "# PACT Framework and Managed Project Memory\n";

/** What a monster repeats. Each one is a case of its own for some function on texts. */
export const PARTS = [
  ...["PACT_MANAGED", "PACT_ROUTING", "PACT_MEMORY", "SESSION", "PACT"].flatMap((name) => [
    `<!-- ${name}_START -->\n`,
    `<!-- ${name}_START: `,
    `<!-- ${name}_START\n`,
    `<!-- ${name}_END -->\n`,
    block(name),
    block(name, "## Current Session\n- Resume: `claude --resume x`\n"),
    block(name, `<!-- pact-hooks routing 1 -->\n${MEMORY.join("x\n")}`),
  ]),
  ...[
    ...MEMORY,
    TITLE,
    "## Current Session\n",
    "- Resume: x\n",
    "# x\n",
    "#\n",
    "x\n=\n",
    "x\n-\n",
    "#",
    "=\n",
  ],
  ...["```\n", "~~~\n", "`", "~", "<!-- x -->\n", "<!-- x\n", "-->\n", "<!--", "<!--\n-->\n", "<", "<div>\n"],
  ...["<script>\n", "<?\n", "<![CDATA[\n", "<!X\n", "<<<<<<< a\n", "=======\n", ">>>>>>> b\n"],
  ...["<<<<<<< a\n=======\n", "<<<<<<< a\n>>>>>>> b\n", "---\n", "---", "- ", "_ ", "* x\n", "1. x\n"],
  ...[
    "> ",
    "> x\n",
    "  - x\n",
    "                    - x\n",
    "\n",
    "\r\n",
    "\r",
    "\r\r\n",
    " ",
    "    \n",
    "\t",
    "\t\n",
  ],
  ...["x", "x\n", "x ", "ä", "€\n", "😀", "\u2028", "\uFEFF", "\u001b", "\u0001", "x y z ".repeat(200)],
  ...["The global PACT Orchestrator is loaded from `~/.claude/CLAUDE.md`.\n", "\0", "\n---\n", "\n\n---\n\n"],
  // Of YAML, JSON, and the files of git.
  ...["a: &a [*a, *a]\n", "? x\n", "a: [", "a: {b: ", "- &x x\n- *x\n", "a: |\n  ", "&a ", "!!x ", "# x\n\n"],
  ...['{"a":', "[", '{"enabledPlugins":{"x":1},', "gitdir: ", "\tworktree = x\n", "ref: refs/heads/"],
];

/** What stands around the repeated part. */
const FRAMES: readonly ((inner: string) => string)[] = [
  (inner) => inner,
  (inner) => inner,
  (inner) => `---\n${inner}\n---\n`,
  (inner) => `---\na: 1\n${inner}\n---\n`,
  (inner) => `\`\`\`\n${inner}`,
  (inner) => `<!--\n${inner}`,
  (inner) => block("PACT_MANAGED", `${TITLE}${inner}\n`),
  (inner) => `${inner}\n${block("PACT_MANAGED", TITLE)}${inner.slice(0, 1000)}`,
  (inner) => block("PACT_MANAGED", `${TITLE}${block("PACT_MEMORY", `${MEMORY.join("")}${inner}\n`)}`),
  (inner) => block("PACT_MANAGED", `${TITLE}${block("PACT_ROUTING", `${inner}\n`)}${block("SESSION")}`),
];

/** Where a session start reads it; mostly CLAUDE.md, whose reading does the most. */
const PLACES = [
  ...["CLAUDE.md", "CLAUDE.md", "CLAUDE.md", "CLAUDE.md", ".claude/CLAUDE.md", ".claude/pact-hooks.md"],
  ...[".claude/pact-hooks.local.md", ".claude/settings.json", ".git", ".git/HEAD", ".git/commondir"],
  ...[".git/info/exclude", ".git/config"],
];

const KB = 1024;
/** Just below what is read at all, and around the smaller limits. */
const SIZES = [
  4096 * KB,
  4096 * KB,
  4095 * KB,
  1024 * KB,
  255 * KB,
  63 * KB,
  16 * KB - 8,
  4097 * KB,
  70_000 * KB,
];

export interface Monster {
  place: string;
  /** In words, for the message of a test that fails. */
  about: string;
}

/** Puts a monster into a project. The same seed makes the same one. */
export function makeMonster(projectDir: string, seed: number): Monster {
  const { chance, pick } = randomOf(seed);
  const parts = Array.from({ length: chance(0.5) ? 1 : 3 }, () => pick(PARTS));
  const frame = pick(FRAMES);
  const [place, size] = [pick(PLACES), pick(SIZES)];
  const around = Buffer.byteLength(frame(""));
  const file = path.join(projectDir, place);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, frame(repeated(parts.join(""), size - around - 2000)));
  return { place, about: `${size} bytes of ${JSON.stringify(parts.join(""))} in ${place}` };
}

function repeated(part: string, bytes: number): string {
  return part.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(part))));
}
