import { styleText } from "node:util";

export type Format = Parameters<typeof styleText>[0];

/** Colours a text for standard output, where that is a terminal with colours or `FORCE_COLOR` asks for them. */
export function paint(format: Format, text: string): string {
  const forced = process.env.FORCE_COLOR !== undefined && process.env.FORCE_COLOR !== "0";
  const colours = forced || (process.stdout.isTTY && process.stdout.hasColors());
  return colours ? styleText(format, text) : text;
}
