/**
 * Simulated weeks of a team of two, with real repositories and hooks: no session gets in their way, or into their commits.
 * `npm run team` simulates more weeks (TEAM_WEEKS, TEAM_STEPS). A failure prints its seed, which TEAM_SEED repeats.
 */
import { expect, onTestFailed, test } from "vitest";
import { findConflict } from "../../shared/text/conflict.ts";
import { answerOf } from "../helpers/hookProcess.ts";
import { git } from "../helpers/repository.ts";
import { tempDir } from "../helpers/tempDir.ts";
import { claudeMdOf, type Person, statusOf, Team, type Turn, textOf } from "./team.ts";
import { hasBlock, hasNoBlock } from "./texts.ts";

const WEEKS = Number(process.env.TEAM_WEEKS ?? 2);
const STEPS = Number(process.env.TEAM_STEPS ?? 25);
const SEED = Number(process.env.TEAM_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Names of files that only we make, or that are one person's. */
const PRIVATE_NAMES = /\.lock$|\.claim\/|\.saved$|\.before$|\.local\.md$/;

const seeds = Array.from({ length: WEEKS }, (_, week) => SEED + week);

test.each(seeds)(
  "sessions leave a team's work trees and commits alone for a week, with seed %i",
  { timeout: 30_000 + STEPS * 2000 },
  async (seed) => {
    const history: string[] = [];
    onTestFailed(() => console.log(`TEAM_SEED=${seed} TEAM_STEPS=${STEPS}: ${history.join("; ")}`));
    const team: Team = new Team(tempDir(), seed, (turn) => sessionAsAGuest(team, turn));
    history.push(team.shape);
    for (let steps = 0; steps < STEPS; steps++) {
      history.push(await team.step());
      for (const person of team.people) expectNothingPrivate(team, person);
    }
  },
);

/** Runs sessions in a work tree, and compares it before and after. */
async function sessionAsAGuest(team: Team, turn: Turn): Promise<void> {
  const { tree } = turn;
  const [before, status] = [textOf(tree), statusOf(tree)];
  for (const output of await team.runSessions(turn)) expect(answerOf(output)).toBeDefined();
  const after = textOf(tree);
  if (before !== null && (hasBlock(before) || findConflict(before) !== null)) {
    expect(after).toBe(before);
    expect(statusOf(tree)).toBe(status);
    return;
  }
  // The first change: the user's text is still there byte for byte, and CLAUDE.md is the only file that is new or changed.
  expect(before === null || hasNoBlock(before)).toBe(true);
  expect(after).toSatisfy(hasBlock);
  expect(after).toSatisfy((text: string) => text.startsWith(before ?? "") || text.endsWith(before ?? ""));
  const isOfClaudeMd = (line: string) => line.slice(3) === claudeMdOf(tree);
  const othersIn = (lines: string) => lines.split("\n").filter((line) => !isOfClaudeMd(line));
  expect(othersIn(statusOf(tree))).toEqual(othersIn(status));
}

/** Looks through all commits of a person's repository, and what their work trees have staged. */
function expectNothingPrivate(team: Team, { trees }: Person): void {
  const commits = git(trees[0], "log", "--all", "-p", "-m", "--format=");
  const staged = trees.map((tree) => git(tree, "diff", "--cached"));
  const names = [git(trees[0], "log", "--all", "-m", "--name-only", "--format="), ...trees.map(trackedIn)];
  expect(team.secrets.filter((secret) => `${commits}${staged}`.includes(secret))).toEqual([]);
  expect(names.flatMap((list) => list.split("\n")).filter((name) => PRIVATE_NAMES.test(name))).toEqual([]);
}

const trackedIn = (tree: string) => git(tree, "ls-files");
