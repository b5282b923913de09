/** Formats figures for the terminal and the page. */
const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** `1,234,567`. (`Intl` would take 7 MB, more than a whole audit.) */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** `12 events`, `1 event`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

/** A share of 1 in percent. Only zero is shown as 0 %, and only one as 100 %. */
export function formatRate(rate: number | null): string {
  if (rate === null) return "none";
  const percent = rate * 100;
  if (percent > 0 && percent < 0.01) return "< 0.01 %";
  if (percent < 100 && percent > 99.99) return "> 99.99 %";
  return `${Number(percent.toFixed(percent < 10 ? 2 : 1))} %`;
}

/** @param ms milliseconds; null is a dash */
export function formatMs(ms: number | null): string {
  if (ms === null) return "-";
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${formatCount(Math.round(ms / 3_600_000))} h`;
}

export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), BYTES.length - 1);
  return new Intl.NumberFormat("en-US", {
    style: "unit",
    unit: BYTES[power] as string,
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** power);
}

/** What the reason of a fail-open means; empty for a reason that is not ours. */
export function explainReason(reason: string): string {
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason] as string) : "";
}

const REASONS: Record<string, string> = {
  timeout: "another process held the lock for too long",
  no_backend: "flock is not available on this machine",
  permission: "no permission to open the lock file",
  read_only: "the file system is read-only",
  no_space: "the disk is full",
  not_a_file: "the lock file is not a regular file",
  too_many_files: "too many open files",
  unsupported: "the file system does not support locks",
  refused: "the file may not be written",
  io: "input/output error",
  internal: "an internal error of pact-hooks",
  unknown: "not recorded in the journal",
};
