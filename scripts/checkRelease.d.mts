export function problemsOf(release: {
  tag: string;
  manifest: { version: string; repository?: unknown };
  built: { version: string };
  changelog: string;
}): string[];
