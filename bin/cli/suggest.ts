/** Guesses which of the known names a person meant. */
import { closestMatch } from "leven";

/** @returns the known name that a mistyped one is close to */
function closestOf(name: string, known: readonly string[]): string | undefined {
  const maxDistance = Math.min(3, Math.ceil(name.length / 3));
  const same = (text: string) => text.toLowerCase().replaceAll(/[-_]/g, "");
  return (
    known.find((candidate) => same(candidate) === same(name)) ??
    closestMatch(name, [...known], { maxDistance }) ??
    known.find((candidate) => name.length > 2 && candidate.startsWith(name))
  );
}

/** `; did you mean 'audit'?`, or an empty text for a name that is close to none. */
export function didYouMean(name: string, known: readonly string[]): string {
  const closest = closestOf(name, known);
  return closest === undefined ? "" : `; did you mean '${closest}'?`;
}
