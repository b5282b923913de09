/** The texts of a team: the shapes of CLAUDE.md that they begin with, and what a test asks about a later one. */

const PLAIN = "# Ours\n\n- Build with `make`.\n- Test with `make check`.\n";

/** By name; null for no file. */
export const SHAPES: Record<string, string | null> = {
  plain: PLAIN,
  "no file": null,
  "no line end at the end": PLAIN.trimEnd(),
  "CR LF": PLAIN.replaceAll("\n", "\r\n"),
  "a byte order mark": `\uFEFF${PLAIN}`,
  "front matter": `---\ntitle: ours\n---\n\n${PLAIN}`,
  "an open fence": `${PLAIN}\n\`\`\`sh\nmake\n`,
  "an open comment": `${PLAIN}\n<!-- to do\n`,
  "a marker in a fence": `${PLAIN}\n\`\`\`\n<!-- PACT_MANAGED_START: shown only -->\n\`\`\`\n`,
  "no title, blank lines at the end": "Build with `make`.\n\n\n",
  "a style that no formatter writes": "Ours\n====\n* one\n* two\n\n\n1) three\n***\n",
};

export const TEAM_SETTINGS = "---\nroutingBlock: true\n---\n\nAsk before you change `migrations/`.\n";

const MARKERS = ["PACT_MANAGED", "PACT_ROUTING", "PACT_MEMORY"].flatMap((name) => [
  `<!-- ${name}_START`,
  `<!-- ${name}_END`,
]);

/** How often each marker stands in a text, outside of fences. */
function markerCounts(text: string): number[] {
  const lines = text.replaceAll(/^```[^`]*^```$/gm, "").split("\n");
  return MARKERS.map((marker) => lines.filter((line) => line.startsWith(marker)).length);
}

/** Whether a text has our block, whole and once: then no session has anything to do. */
export const hasBlock = (text: string) => markerCounts(text).every((count) => count === 1);

export const hasNoBlock = (text: string) => markerCounts(text).every((count) => count === 0);
