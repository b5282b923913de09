/** Tests the page of an audit in a real browser: it runs nothing, asks for nothing, fits every screen, and has the figures. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { AuditResult } from "../../../bin/audit/auditJournals.ts";
import type { Counts } from "../../../bin/audit/lockAudit.ts";
import { printable } from "../../../shared/text/characters.ts";
import { BROWSER, type Screen, show, startBrowser, watch } from "../../helpers/browser.ts";
import { run } from "../../helpers/commandLine.ts";
import { findFaults, readBackground, readFigures } from "../../helpers/inPage.mjs";
import { type EventFields, failedOpen, journalFile, locked, writeJournal } from "../../helpers/journal.ts";
import { sandbox } from "../../helpers/sandbox.ts";

const SCREENS: Screen[] = [390, 768, 1280].flatMap((width) => [
  { width, scheme: "light" as const },
  { width, scheme: "dark" as const },
]);

const HOSTILE = `<script>alert(1)</script><img src="http://127.0.0.1:9/x" onerror=alert(2)>' onload='x'&amp;\u001b[2J\u202e\n`;
const WORD = "nameWithoutAnySpaceInIt".repeat(12);

function* hostile(): Generator<EventFields | string> {
  yield "not an event\n";
  for (let i = 0; i < 60; i++) {
    const ts = `${1980 + i}-01-01T00:00:00.000Z`;
    const [target, command] = i % 2 ? [`/${WORD}/${i}`, WORD] : [HOSTILE + i, HOSTILE];
    const holder = { command, held_ms: 10 ** (i % 12) };
    yield failedOpen(i % 3 ? HOSTILE : WORD, { ts, target, holder, waited_ms: 10 ** (i % 9) });
    yield { type: "lock_reaped", reason: HOSTILE + i, target: i % 2 ? "__proto__" : "名".repeat(90) };
    yield { type: "outside_edit", resolution: WORD + i, target: HOSTILE };
  }
}

function* large(): Generator<EventFields> {
  for (let i = 0; i < 30_000; i++) {
    const ts = new Date(Date.UTC(2024, 0, 1) + i * 3_100_000).toISOString();
    // One file has most of the activity.
    const target = `/home/ann/work/project-${i % 7 ? 0 : i % 500}/.claude/CLAUDE.md`;
    if (i % 11 === 0) yield failedOpen("timeout", { ts, target, holder: { command: `tool-${i % 150}` } });
    else yield { ...locked(i % 4000, ts), claude_md: { path: target } };
  }
}

const JOURNALS = { hostile, large };

describe.skipIf(!BROWSER)("the page in a browser (needs Chromium)", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  const open = async (name: keyof typeof JOURNALS) => {
    const box = sandbox();
    writeJournal(journalFile(box, "a"), ...JOURNALS[name]());
    run(["audit", "--html", "audit.html"], box);
    const figures: AuditResult = JSON.parse(run(["audit", "--json"], box).stdout);
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    return { page, figures, url: pathToFileURL(path.join(box.projectDir, "audit.html")).href };
  };

  test.each(["hostile", "large"] as const)(
    "a %s journal: no error, no request, and it fits",
    async (name) => {
      const { page, url } = await open(name);
      const seen = watch(page);
      for (const screen of SCREENS) {
        await show(page, url, screen);
        expect({ ...screen, ...(await page.evaluate(findFaults)) }).toEqual({
          ...{ ...screen, beyond: [], narrow: [], tiny: [] },
          charts: 2,
        });
      }
      expect(seen).toEqual({ errors: [], requests: SCREENS.map(() => url) });
    },
  );

  test("light and dark differ, and follow the user's choice", async () => {
    const { page, url } = await open("hostile");
    const colourOf = async (scheme: Screen["scheme"]) => {
      await show(page, url, { width: 800, scheme });
      return page.evaluate(readBackground);
    };
    expect([await colourOf("light"), await colourOf("dark")]).toEqual([
      "rgb(255, 255, 255)",
      "rgb(20, 23, 26)",
    ]);
  });

  test.each(["hostile", "large"] as const)("a %s journal: the figures are those of --json", async (name) => {
    const { page, url, figures } = await open(name);
    await show(page, url, { width: 1280, scheme: "light" });
    const { tiles, tables } = await page.evaluate(readFigures);
    const { acquisitions, failOpen, reaped, abandoned, outsideEdits } = figures;
    expect(tiles.slice(0, 5)).toEqual([acquisitions, failOpen, reaped, abandoned, outsideEdits].map(counted));
    expect(tables["Why it failed open"]).toEqual(
      Object.entries(figures.byReason).map(([reason, count]) => [printable(reason), counted(count)]),
    );
    expect(tables["Who held it"]).toEqual(
      Object.entries(figures.byHolder)
        .slice(0, 100)
        .map(([command, counts]) => [printable(command), counted(counts.failOpen)]),
    );
    const rows = (counts: [string, Counts][]) =>
      counts.slice(0, 100).map(([name, { acquisitions }]) => [printable(name), counted(acquisitions)]);
    expect(tables["By file"]).toEqual(rows(Object.entries(figures.byTarget)));
    expect(tables["By day"]).toEqual(rows(Object.entries(figures.byDay).reverse()));
  });
});

const counted = (count: number) => count.toLocaleString("en-US");
