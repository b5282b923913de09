/** Writes the measurements as Markdown, and compares two of them. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "./place.mjs";

/** A ratio that is worse by a smaller share than this, or whose quartiles still touch, differs by noise alone. */
const NOISE = 0.15;

/** @returns {string} the report, as Markdown */
export function toMarkdown(sections, machine = describeMachine()) {
  const goals = sections.flatMap(({ goals }) => goals);
  return `${[
    "# How fast it is",
    "Written by `npm run bench`, never by hand; `npm run bench:check` compares the ratios on your machine with these.",
    table(["", ""], machine),
    "## Goals",
    table(
      ["what", "goal", "measured", ""],
      goals.map(({ what, goal, measured, met }) => [what, goal, measured, met ? "met" : "**missed**"]),
    ),
    ...sections.flatMap(({ title, note, tables }) => [
      `## ${title}`,
      note,
      ...tables.flatMap(({ title, head, rows }) => [...(title ? [`### ${title}`] : []), table(head, rows)]),
    ]),
  ].join("\n\n")}\n`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function describeMachine() {
  const versions = ["proper-lockfile", "write-file-atomic", "fs-ext"].map((name) => {
    const file = path.join(root, "node_modules", name, "package.json");
    return `${name} ${fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")).version : "is not there"}`;
  });
  return [
    ["processor", `${os.cpus()[0]?.model ?? "unknown"}, ${os.cpus().length} cores`],
    ["memory", `${(os.totalmem() / 1024 ** 3).toFixed(0)} GB`],
    ["system", `${os.type()} ${os.release()}, ${os.arch()}`],
    ["file system of the temporary folder", fileSystemOf(os.tmpdir())],
    ["Node", process.version],
    ["packages", versions.join(", ")],
    ["date", new Date().toISOString().slice(0, 10)],
  ];
}

function fileSystemOf(dir) {
  try {
    return execFileSync("stat", ["-f", "-c", "%T", dir], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** All ratios of the sections, rounded, to store and compare them later. */
export function ratiosOf(sections) {
  const rounded = (value) => Number(value.toPrecision(4));
  const entries = sections.flatMap(({ ratios }) => Object.entries(ratios));
  return Object.fromEntries(
    entries.map(([name, { median, low, high, better }]) => [
      name,
      { median: rounded(median), low: rounded(low), high: rounded(high), better },
    ]),
  );
}

/**
 * Compares the ratios that were measured now with those measured before. `MISSING`: no longer measured; `unclear`: too
 * scattered to show a difference.
 * @returns {{ name: string, before: number, now: number | undefined, verdict: "fine" | "WORSE" | "MISSING" | "unclear" }[]}
 */
export function compare(before, now) {
  return Object.keys(before).map((name) => ({
    name,
    before: before[name].median,
    now: now[name]?.median,
    verdict: now[name] ? verdictOf(before[name], now[name]) : "MISSING",
  }));
}

function verdictOf(before, now) {
  const allowed = NOISE * Math.max(before.median, NOISE);
  const worseBy = before.better === "lower" ? now.median - before.median : before.median - now.median;
  const isApart = before.better === "lower" ? now.low > before.high : now.high < before.low;
  if (worseBy > allowed && isApart) return "WORSE";
  return now.high - now.low > 2 * allowed ? "unclear" : "fine";
}
