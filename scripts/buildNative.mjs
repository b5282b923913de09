/**
 * Builds the native binding for each system with Debian's compilers (`gcc`, `gcc-aarch64-linux-gnu`), and records what it was
 * built from. `--check` builds elsewhere and compares byte for byte, as far as the same compilers are installed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const folder = path.join(import.meta.dirname, "../native");
const source = path.join(folder, "syscalls.c");
const record = path.join(folder, "built.json");

const FLAGS = [
  ...["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2", "-s", "-shared", "-fPIC"],
  // No library: nothing in the file depends on a C library, its version or its start-up code.
  ...["-nostdlib", "-ffreestanding", "-fno-stack-protector", "-fno-asynchronous-unwind-tables"],
  // The same bytes from the same source, in one page; and memory that is written is never run.
  ...["-fvisibility=hidden", "-Wl,--build-id=none", "-Wl,-z,noseparate-code", "-Wl,-z,norelro"],
  "-Wl,-z,noexecstack",
];
const COMPILERS = { "linux-x64": "x86_64-linux-gnu-gcc", "linux-arm64": "aarch64-linux-gnu-gcc" };

/** The versions of a compiler and of its linker, in their own words; undefined if it is not installed. */
function versionOf(compiler) {
  try {
    const linker = run(compiler, "-print-prog-name=ld").trim();
    return [compiler, linker].map((program) => run(program, "--version").split("\n")[0]).join(", ");
  } catch {
    return undefined;
  }
}

function run(program, ...args) {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function compile(target, out) {
  execFileSync(COMPILERS[target], [...FLAGS, "-o", out, source], { stdio: "inherit" });
  // A library is loaded, not run.
  fs.chmodSync(out, 0o644);
}

const sha256 = (file) => createHash("sha256").update(fs.readFileSync(file)).digest("hex");

function buildAll() {
  const built = { source: sha256(source), files: {} };
  for (const [target, compiler] of Object.entries(COMPILERS)) {
    const file = path.join(folder, `${target}.node`);
    compile(target, file);
    built.files[target] = { sha256: sha256(file), compiler: versionOf(compiler) };
  }
  fs.writeFileSync(record, `${JSON.stringify(built, null, 2)}\n`);
}

/** @returns what differs, in words */
function differences() {
  const built = JSON.parse(fs.readFileSync(record, "utf8"));
  const found =
    built.source === sha256(source) ? [] : ["native/syscalls.c is not what the files were built from"];
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "pact-hooks-native-"));
  try {
    for (const [target, { sha256: wanted, compiler }] of Object.entries(built.files)) {
      if (sha256(path.join(folder, `${target}.node`)) !== wanted) found.push(`${target}.node was changed`);
      if (versionOf(COMPILERS[target]) !== compiler) {
        console.log(`${target}: not rebuilt, which needs ${COMPILERS[target]} ${compiler}`);
        continue;
      }
      const file = path.join(scratch, target);
      compile(target, file);
      if (sha256(file) !== wanted) found.push(`${target}.node is not what the source builds`);
    }
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
  return found;
}

if (process.argv.includes("--check")) {
  const found = differences();
  if (found.length > 0) {
    console.error(`${found.join("\n")}\nRun "npm run build:native" and commit native/ and dist/.`);
    process.exitCode = 1;
  }
} else buildAll();
