/** What became of the lines of a crowd: compares its notes with the file, and with the versions saved beside it. */
import fs from "node:fs";
import path from "node:path";
import { HOLDERS } from "./crowd.mjs";

/** How long an outsider may hold the file from its open to its close, without the binding. */
const PROMISED_MS = 2;

/** Longer than a writer takes from its last look at the file to its look back, on a busy machine, suspended or not. */
const LOOK_BACK_MS = 5000;

/**
 * Compares the notes of the crowd with CLAUDE.md and the files beside it. A line is lost if it is nowhere. It is no loss of
 * ours if an editor overwrote it unread, and *known* if that is not promised without the binding, or if our update failed
 * open beside a holder that knows no claims.
 */
export function verdictOf(crowd, { projectDir, target, notes: folder }) {
  const wrong = [...crowd.failed];
  const check = (fine, what) => {
    if (!fine) wrong.push(what);
  };
  const notes = linesIn(folder).map((line) => JSON.parse(line));
  const lines = linesOf(target).filter((line) => !/^slot \d+ of mapper\d+$|^\.{6}/.test(line));
  const saved = fs.readdirSync(projectDir).filter((name) => name.endsWith(".saved"));
  const kept = new Set([...lines, ...saved.flatMap((name) => linesOf(path.join(projectDir, name)))]);
  const overwritten = new Set(notes.flatMap(({ overwrote = [] }) => overwrote));
  const written = notes.filter(({ outcome }) => outcome === "written");
  const missing = written.filter(({ line }) => !kept.has(line));
  const reasons = new Map(missing.map((note) => [note, reasonFor(note, crowd, overwritten)]));
  const because = (reason) => missing.filter((note) => reasons.get(note) === reason);
  const lost = because("none");
  check(written.length > 0, "no line was written");
  check(lost.length === 0, `lost: ${JSON.stringify(lost.slice(0, 5))}`);
  check(crowd.errors === "", crowd.errors);
  checkClaims(projectDir, check);
  const kinds = ["appender", "mapper", "editor", "truncator", ...HOLDERS].map((kind) => [
    `by ${kind}s`,
    written.filter((note) => kindOf(note) === kind).length,
  ]);
  const counted = {
    acknowledged: written.filter((note) => kindOf(note) === "writer").length,
    ...Object.fromEntries(kinds),
    lost: lost.length,
    lostWithKilled: because("killed").length,
    overwritten: because("overwritten").length,
    known: because("known").length,
    abandoned: notes.filter(({ outcome }) => outcome === "abandoned").length,
    failedOpen: notes.filter(({ lock }) => lock === "fail_open").length,
    evicted: notes.filter(({ evicted }) => evicted).length,
    saved: saved.length,
    suspended: crowd.suspended,
    killed: crowd.killed,
  };
  return { wrong, check, lines, counted };
}

const kindOf = ({ line }) => line.replace(/\d.*/, "");

/** Why a line is missing, if not through us. */
function reasonFor(note, { kills, isNative, hasHolders }, overwritten) {
  const kind = kindOf(note);
  if (overwritten.has(note.line)) return "overwritten";
  if (kind === "writer") return note.lock === "fail_open" && hasHolders ? "known" : "none";
  if (isNative || HOLDERS.includes(kind)) return "none";
  // An editor that comes in between our last look and our rename is promised nothing without the binding.
  if (kind === "editor" || note.to - note.from > PROMISED_MS) return "known";
  // Lines may be lost together with a writer that was killed before it looked back.
  return kills.some((at) => Math.abs(at - note.to) < LOOK_BACK_MS) ? "killed" : "none";
}

/** Checks that no claim has outlived the last update. */
export function checkClaims(projectDir, check) {
  const claims = fs.readdirSync(projectDir).filter((name) => name.endsWith(".claim"));
  check(claims.length === 0, `claims are left: ${claims.join(", ")}`);
}

/** All lines of all files below a folder. */
export function linesIn(dir) {
  return fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => linesOf(path.join(entry.parentPath, entry.name)));
}

/** The whole lines of a file: a writer that is killed may leave half of one. */
function linesOf(file) {
  return fs.readFileSync(file, "utf8").split("\n").slice(0, -1);
}
