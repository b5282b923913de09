/** Measures everything side by side in one run. `npm run bench -- --help` lists the options. */
import fs from "node:fs";
import path from "node:path";
import { readArguments } from "../scripts/readArguments.mjs";
import { measureContention } from "./contention.mjs";
import { measureGrowth } from "./growth.mjs";
import { measureHook } from "./hook.mjs";
import { measureLock } from "./lock.mjs";
import { root } from "./place.mjs";
import { compare, ratiosOf, toMarkdown } from "./report.mjs";

const SECTIONS = {
  hook: measureHook,
  lock: measureLock,
  contention: measureContention,
  growth: measureGrowth,
};
const RESULTS = path.join(root, "bench/RESULTS.md");
const RATIOS = path.join(root, "bench/results.json");
const USAGE = `Usage: npm run bench -- [options]
  --only A,B    measure these sections only: ${Object.keys(SECTIONS).join(", ")}
  --quick       take fewer samples
  --check       compare the ratios with the committed ones, and write nothing; exit 1 if any is worse (npm run bench:check)
  --help        print this text

Writes bench/RESULTS.md and bench/results.json, unless --only, --quick or --check is given. The hook section fetches the
other versions of Node from the npm registry the first time.
`;

const args = readArguments(
  USAGE,
  {
    options: {
      only: { type: "string", default: Object.keys(SECTIONS).join(",") },
      quick: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
    },
  },
  ({ values }) => {
    const only = [...new Set(values.only.split(","))];
    const unknown = only.find((name) => !Object.hasOwn(SECTIONS, name));
    if (unknown !== undefined) throw new Error(`There is no section "${unknown}".`);
    return { ...values, only };
  },
);
if (args) await main(args);

async function main({ only, quick, check }) {
  const sections = [];
  for (const name of only) {
    sections.push(await SECTIONS[name]({ quick, progress: showProgress }));
    showProgress("");
  }
  if (check) {
    const before = JSON.parse(fs.readFileSync(RATIOS, "utf8"));
    const wanted = Object.entries(before).filter(([name]) =>
      only.some((section) => name.startsWith(section)),
    );
    return report(compare(Object.fromEntries(wanted), ratiosOf(sections)));
  }
  const markdown = toMarkdown(sections);
  if (only.length < Object.keys(SECTIONS).length || quick) return console.log(markdown);
  fs.writeFileSync(RESULTS, markdown);
  fs.writeFileSync(RATIOS, `${JSON.stringify(ratiosOf(sections), null, 2)}\n`);
  console.log(`Wrote ${path.relative(process.cwd(), RESULTS)}.`);
}

function report(compared) {
  for (const { name, before, now, verdict } of compared)
    console.log(`${verdict.padEnd(8)}${name}: ${now} (was ${before})`);
  if (compared.some(({ verdict }) => /WORSE|MISSING/.test(verdict))) process.exitCode = 1;
}

function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
