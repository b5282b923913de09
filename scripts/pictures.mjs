// Makes the README's pictures from the real output: `try` as SVG, and the audit's page as PNG, with Debian's chromium.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { terminalSvg } from "./terminalSvg.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const command = path.join(root, "dist/bin/pact-hooks");
const folder = path.join(root, "docs/pictures");
const temporary = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-pictures-")));
const SCHEMES = /** @type {const} */ (["light", "dark"]);

try {
  fs.mkdirSync(folder, { recursive: true });
  const output = tryOutput();
  for (const scheme of SCHEMES) {
    const title = "pact-hooks try: the block that a session adds to CLAUDE.md, and what the user is told";
    write(`try-${scheme}.svg`, terminalSvg(output, { scheme, columns: 96, title }));
  }
  await photographAudit();
} finally {
  fs.rmSync(temporary, { recursive: true, force: true });
}

/** The output of `try` on a small project, without what the model sees and the journal's lines, which are long. */
function tryOutput() {
  const project = path.join(temporary, "web-shop");
  fs.mkdirSync(project);
  fs.writeFileSync(
    path.join(project, "CLAUDE.md"),
    "# Web shop\n\n- Build with `make`, test with `make check`.\n- Never touch `migrations/` by hand.\n",
  );
  const output = execFileSync(command, ["try"], {
    cwd: project,
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: temporary, FORCE_COLOR: "1" },
  });
  // A bold heading starts a section.
  const start = "\n\n\u001b[1m";
  const isShown = (section) => !/^What (?:the model sees|was journaled)/.test(section);
  return (
    `$ pact-hooks try\n${output.split(start).filter(isShown).join(start)}`
      .replaceAll(project, "~/web-shop")
      // What differs from run to run.
      .replace(/waited [\d.]+ ms/, "waited 0.2 ms")
      .replace(/exit 0, \d+ ms/, "exit 0, 60 ms")
  );
}

async function photographAudit() {
  const page = path.join(temporary, "audit.html");
  writeJournals(path.join(temporary, "config"));
  const env = { PATH: process.env.PATH, HOME: temporary, CLAUDE_CONFIG_DIR: path.join(temporary, "config") };
  const { status, stderr } = spawnSync(command, ["audit", "--html", page], { encoding: "utf8", env });
  if (status !== 0) throw new Error(stderr);
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await puppeteer.launch({ executablePath: "/usr/bin/chromium", args });
  try {
    const tab = await browser.newPage();
    await tab.setViewport({ width: 800, height: 770 });
    for (const scheme of SCHEMES) {
      await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await tab.goto(`file://${page}`);
      write(`audit-${scheme}.png`, await tab.screenshot({ optimizeForSpeed: false }));
    }
  } finally {
    await browser.close();
  }
}

/** Three weeks of three projects. Nothing in them is random. */
function writeJournals(config) {
  const projects = ["web-shop", "billing", "mobile-app"];
  for (const [index, name] of projects.entries()) {
    const events = [];
    const target = `/home/ann/work/${name}/CLAUDE.md`;
    for (let i = index; i < 21 * 14; i += projects.length) {
      const ts = new Date(Date.UTC(2026, 0, 5 + Math.floor(i / 14), 9, i % 60)).toISOString();
      const isWeekend = Math.floor(i / 14) % 7 > 4;
      if (isWeekend && i % 4 > 0) continue;
      events.push(i % 37 === 5 ? failOpen(ts, target) : sessionStart(ts, target, (i * i) % 40));
      if (i % 59 === 7) events.push({ type: "lock_reaped", ts, target, reason: "abandoned" });
      if (i % 71 === 3) events.push({ type: "outside_edit", ts, target, resolution: "merged" });
    }
    const journal = path.join(config, "pact-sessions", name, "a", "session-journal.jsonl");
    fs.mkdirSync(path.dirname(journal), { recursive: true });
    fs.writeFileSync(journal, events.map((event) => `${JSON.stringify({ v: 1, ...event })}\n`).join(""));
  }
}

function sessionStart(ts, path, tenths) {
  const lock = { outcome: "locked", waited_ms: tenths / 10, backend: "native" };
  return { type: "session_start", ts, claude_md: { path }, lock };
}

function failOpen(ts, target) {
  const holder = { pid: 1, command: "flock", held_ms: 42_000, source: "proc", alive: true };
  return { type: "lock_fail_open", ts, target, reason: "timeout", waited_ms: 5000, holder };
}

function write(name, content) {
  fs.writeFileSync(path.join(folder, name), content);
}
