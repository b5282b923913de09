/** Shows the progress of an audit. */
import { plural } from "../cli/format.ts";
import { showStatus } from "../cli/output.ts";
import type { AuditProgress } from "./auditJournals.ts";

const SHOW_AFTER_MS = 1000;
const EACH_MS = 200;

export interface Progress {
  tick(progress: AuditProgress): void;
  /** Removes the line. */
  end(): void;
}

/** Shows one line on standard error, if that is a terminal and the work takes longer than a second. */
export function showProgress(): Progress {
  if (!process.stderr.isTTY) return { tick: () => {}, end: () => {} };
  let nextMs = performance.now() + SHOW_AFTER_MS;
  let isShown = false;
  return {
    tick({ events, files }) {
      if (performance.now() < nextMs) return;
      nextMs = performance.now() + EACH_MS;
      isShown = true;
      showStatus(`reading: ${plural(events, "event")} in ${plural(files, "journal")}`);
    },
    end() {
      if (isShown) showStatus("");
    },
  };
}
