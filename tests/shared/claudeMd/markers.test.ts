import { expect, test } from "vitest";
import * as markers from "../../../shared/claudeMd/markers.ts";

test("the marker lines are those that existing files carry", () => {
  expect([
    markers.MANAGED_START,
    markers.MANAGED_END,
    markers.ROUTING_START,
    markers.ROUTING_END,
    markers.SESSION_START,
    markers.SESSION_END,
    markers.MEMORY_START,
    markers.MEMORY_END,
    markers.routingVersionLine(12),
    markers.PACT_SESSION_COMMENT,
  ]).toEqual([
    "<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->",
    "<!-- PACT_MANAGED_END -->",
    "<!-- PACT_ROUTING_START: Managed by pact-plugin - do not edit this block -->",
    "<!-- PACT_ROUTING_END -->",
    "<!-- SESSION_START -->",
    "<!-- SESSION_END -->",
    "<!-- PACT_MEMORY_START -->",
    "<!-- PACT_MEMORY_END -->",
    "<!-- pact-hooks routing 12 -->",
    "<!-- Auto-managed by session_init hook. Overwritten each session. -->",
  ]);
});

test.each([
  ["<!-- PACT_MANAGED_START: Managed by pact-plugin - do not edit this block -->", "managed START"],
  ["<!-- PACT_MANAGED_START: other words -->", "managed START"],
  ["<!-- PACT_MANAGED_START: -->", "managed START"],
  ["<!-- PACT_MANAGED_START -->", "managed START"],
  ["<!-- PACT_ROUTING_END -->", "routing END"],
  ["<!-- PACT_MEMORY_START -->", "memory START"],
  ["<!-- SESSION_START: since noon -->", "session START"],
  ["<!-- PACT_START: kernel -->", "kernel START"],
  ["<!-- PACT_END -->", "kernel END"],
  ["   <!-- SESSION_END -->", "session END"],
  ["<!-- SESSION_END --> \t", "session END"],
  ["<!-- SESSION_END -->\r", "session END"],
  ["    <!-- SESSION_END -->", "text"],
  ["\t<!-- SESSION_END -->", "text"],
  ["> <!-- SESSION_END -->", "text"],
  ["see <!-- SESSION_END -->", "text"],
  ["<!-- SESSION_END --> see", "text"],
  ["<!-- SESSION_START: a --> b -->", "text"],
  ["<!-- SESSION_END: words -->", "text"],
  ["<!--SESSION_END-->", "text"],
  ["<!-- session_end -->", "text"],
  ["<!-- PACT_SESSION_END -->", "text"],
  ["<!-- PACT_MANAGED_STARTED -->", "text"],
  ["<!-- constructor_START -->", "text"],
  ["", "text"],
])("the line %j is %s", (line, expected) => {
  const marker = markers.markerOf(line);
  expect(marker ? `${marker.kind} ${marker.edge}` : "text").toBe(expected);
});

test.each([
  ["", true],
  [" \t", true],
  ["## Current Session", true],
  ["## Current Session ##  ", true],
  ["- Resume: `claude --resume x`", true],
  ["  * Team: `x`", true],
  ["- Session dir: /x", true],
  ["- Plugin root: /x", true],
  ["- Started: now\r", true],
  ["  <!-- Auto-managed by session_init hook. Overwritten each session. -->\r", true],
  ["## Current Sessions", false],
  ["### Current Session", false],
  ["- Resume:", false],
  ["- Resumed: x", false],
  ["Resume: x", false],
  ["+ Resume: x", false],
  ["- Owner: x", false],
  ["<!-- Auto-managed by session_init hook. -->", false],
  ["<!-- SESSION_END -->", false],
])("whether a program writes the line %j into a session block: %j", (line, expected) => {
  expect(markers.isSessionLine(line)).toBe(expected);
});

// A search slower than linear time would take minutes.
test("a very long line is read in linear time", { timeout: 10_000 }, () => {
  for (const filler of ["-", " ", "-->", "`", "\t"]) {
    markers.markerOf(`<!-- SESSION_START: ${filler.repeat(500_000)}`);
    markers.markerOf(`<!-- SESSION_END -->${filler.repeat(500_000)}x`);
  }
});
