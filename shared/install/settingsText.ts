/** Adds our hooks to the text of a Claude Code settings file, or removes them. Every other byte stays as it is. */
import { isDeepStrictEqual } from "node:util";
import { Refusal } from "../system/errors.ts";
import { applyEdits, type Edit } from "../text/edits.ts";
import { addPart, removeParts, replaceNode, styleOf } from "./jsonEdits.ts";
import { JsonError, type JsonNode, jsonValue, memberOf, parseJson, placeOf } from "./jsonTree.ts";
import { type HookGroup, hookEntries, type IsOwnRoot, isOurHandler } from "./ownHooks.ts";

/** The place of one of our hooks in the settings. */
interface Place {
  event: string;
  /** The containers from the root down to the handler, each with the index of the part that leads there. */
  way: { node: JsonNode; index: number }[];
}

interface SettingsJson {
  text: string;
  root: JsonNode;
  hooks: JsonNode | undefined;
  ours: Place[];
}

/**
 * Adds our hooks, or updates those that are there. An older installation is replaced, not duplicated.
 * @param text null for a file that does not exist
 * @throws {Refusal} for text that is not settings
 */
export function addHooks(text: string | null, pluginRoot: string, isOwnRoot: IsOwnRoot): string {
  const entries = Object.entries(hookEntries(pluginRoot));
  const isOwn = remembering(isOwnRoot);
  let result = text === null ? "" : withoutSurplus(parseSettingsJson(text, isOwn));
  if (result === "") {
    const hooks = Object.fromEntries(entries.map(([event, group]) => [event, [group]]));
    return `${JSON.stringify({ hooks }, null, 2)}\n`;
  }
  for (const [event, group] of entries) result = withEntry(parseSettingsJson(result, isOwn), event, group);
  return result;
}

/**
 * Removes our hooks, and the lists and objects that came with them.
 * @returns an empty text if nothing is left: the file came with our hooks too
 * @throws {Refusal} for text that is not settings
 */
export function removeHooks(text: string, isOwnRoot: IsOwnRoot): string {
  const isOwn = remembering(isOwnRoot);
  const { root } = parseSettingsJson(text, isOwn);
  // A key that is there twice: without the last one, the one before it would count.
  const ours = root.parts.flatMap(({ key, value }, index) =>
    key === "hooks" && value.type === "object"
      ? [...placesIn(text, { node: root, index }, value, isOwn)]
      : [],
  );
  return without(text, ours);
}

/** Whether a text is valid settings that hold our hooks. */
export function hasHooks(text: string, isOwnRoot: IsOwnRoot): boolean {
  try {
    return parseSettingsJson(text, remembering(isOwnRoot)).ours.length > 0;
  } catch {
    return false;
  }
}

/** Looks at each folder once: a hostile file may name one in thousands of handlers. */
function remembering(isOwnRoot: IsOwnRoot): IsOwnRoot {
  const known = new Map<string, boolean | undefined>();
  return (root) => {
    if (!known.has(root)) known.set(root, isOwnRoot(root));
    return known.get(root);
  };
}

function parseSettingsJson(text: string, isOwnRoot: IsOwnRoot): SettingsJson {
  let root: JsonNode;
  try {
    root = parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new Refusal(`is not valid JSON (${error.message})`, "Correct it there and try again.");
  }
  assertType(text, root, "object", "the top level");
  const at = root.parts.findLastIndex(({ key }) => key === "hooks");
  const hooks = root.parts[at]?.value;
  if (!hooks) return { text, root, hooks, ours: [] };
  assertType(text, hooks, "object", '"hooks"');
  for (const event of Object.keys(hookEntries(""))) {
    const groups = memberOf(hooks, event)?.value;
    if (groups) assertType(text, groups, "array", `"${event}"`);
  }
  const ours = [...placesIn(text, { node: root, index: at }, hooks, isOwnRoot)];
  return { text, root, hooks, ours };
}

function* placesIn(
  text: string,
  top: Place["way"][number],
  hooks: JsonNode,
  isOwnRoot: IsOwnRoot,
): Generator<Place> {
  for (const [eventAt, { key: event = "", value: groups }] of hooks.parts.entries()) {
    for (const [groupAt, { value: group }] of groups.type === "array" ? groups.parts.entries() : []) {
      const handlers = memberOf(group, "hooks")?.value;
      for (const [index, { value }] of handlers?.type === "array" ? handlers.parts.entries() : []) {
        if (!isOurHandler(jsonValue(text, value), isOwnRoot)) continue;
        const way = [top, { node: hooks, index: eventAt }, { node: groups, index: groupAt }];
        yield { event, way: [...way, { node: handlers as JsonNode, index }] };
      }
    }
  }
}

/** Removes all of our hooks but the first of each event that we use. @returns an empty text if nothing is left */
function withoutSurplus({ text, ours }: SettingsJson): string {
  const missing = new Set(Object.keys(hookEntries("")));
  return without(
    text,
    ours.filter(({ event }) => !missing.delete(event)),
  );
}

function withEntry(settings: SettingsJson, event: string, group: HookGroup): string {
  const { text, root, hooks, ours } = settings;
  const style = styleOf(text, root);
  if (!hooks) return apply(settings, addPart(text, root, "hooks", { [event]: [group] }, style));
  const there = ours.find((place) => place.event === event);
  if (!there) {
    const groups = memberOf(hooks, event)?.value;
    const added = groups
      ? addPart(text, groups, null, group, style)
      : addPart(text, hooks, event, [group], style);
    return apply(settings, added);
  }
  const [groups, handlers] = there.way.slice(-2) as [Place["way"][number], Place["way"][number]];
  // If the list also holds handlers of others, replace only our handler.
  const isAlone = handlers.node.parts.length === 1;
  const wanted = isAlone ? group : group.hooks[0];
  const { node, index } = isAlone ? groups : handlers;
  const old = (node.parts[index] as JsonNode["parts"][number]).value;
  return isDeepStrictEqual(jsonValue(text, old), wanted)
    ? text
    : apply(settings, replaceNode(text, old, wanted, style));
}

/**
 * Removes hooks of ours, and each container that came with them. A container that was there before stays.
 * @returns an empty text if nothing is left
 */
function without(text: string, places: readonly Place[]): string {
  if (places.length === 0) return text;
  const edits = removalOf(text, places, 0);
  return edits ? applyEdits(text, edits) : "";
}

/** @param level of the container in the places' ways @returns null if the whole container goes */
function removalOf(text: string, places: readonly Place[], level: number): Edit[] | null {
  const [{ way }] = places as [Place];
  const { node } = way[level] as Place["way"][number];
  const isInnermost = way.length === level + 1;
  const byIndex = new Map<number, Place[]>();
  for (const place of places) {
    const { index } = place.way[level] as Place["way"][number];
    const inner = byIndex.get(index);
    if (inner) inner.push(place);
    else byIndex.set(index, [place]);
  }
  const edits: Edit[] = [];
  const gone = new Set<number>();
  for (const [index, inner] of byIndex) {
    const within = isInnermost ? null : removalOf(text, inner, level + 1);
    if (within) edits.push(...within);
    else gone.add(index);
  }
  // A group goes with its last handler.
  if (isInnermost && gone.size === node.parts.length) return null;
  const removed = removeParts(text, node, gone);
  return removed && [...edits, ...removed];
}

function assertType(text: string, node: JsonNode, type: JsonNode["type"], what: string): void {
  if (node.type === type) return;
  const place = placeOf(text, node.start);
  const found = { object: "an object", array: "an array", string: "a string", number: "a number" }[
    node.type as string
  ];
  throw new Refusal(
    `does not hold valid settings: ${what} is ${found ?? node.type} (${place}) and must be an ${type}`,
    "Correct it there and try again.",
  );
}

const apply = ({ text }: SettingsJson, edit: Edit): string => applyEdits(text, [edit]);
