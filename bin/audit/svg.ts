/** Charts as inline SVG. Colours and fonts come from the page's style sheet, so that they follow light and dark. */
import { formatCount, plural } from "../cli/format.ts";
import type { Bin } from "./dayBins.ts";
import { escapeHtml } from "./escapeHtml.ts";

/** The width in units; each is about a pixel on the screen that the chart is for. */
type Width = 720 | 360;
const HEIGHT = 220;
const LEFT = 48;
const TOP = 12;
const BOTTOM = 28;
const PLOT_HEIGHT = HEIGHT - TOP - BOTTOM;
const BASE = TOP + PLOT_HEIGHT;
const MAX_BAR_WIDTH = 40;
/** The width of a character in a label below a bar, and the gap between two labels. */
const CHARACTER_WIDTH = 6.5;
const LABEL_GAP = 12;

interface Bar {
  label: string;
  /** The tooltip of the bar. */
  title: string;
  /** Stacked upwards, each in the style of its class. */
  parts: { value: number; className: string }[];
}

export function dayChart(bins: Bin[], title: string): string {
  const bars = bins.map(({ label, acquisitions, failOpen }) => ({
    label,
    title: `${label}: ${plural(acquisitions, "acquisition")}, ${formatCount(failOpen)} failed open`,
    parts: [
      { value: acquisitions - failOpen, className: "locked" },
      { value: failOpen, className: "failed" },
    ],
  }));
  return columnCharts(bars, title);
}

/** @param labels one for each count */
export function waitChart(labels: string[], counts: number[], title: string): string {
  const bars = counts.map((value, i) => ({
    label: labels[i] ?? "",
    title: `${labels[i]}: ${plural(value, "acquisition")}`,
    parts: [{ value, className: "locked" }],
  }));
  return columnCharts(bars, title);
}

/** One chart for a wide screen and one for a phone, where the labels of the first would be too small to read. */
function columnCharts(bars: Bar[], title: string): string {
  return columnChart(bars, title, 720) + columnChart(bars, title, 360);
}

function columnChart(bars: Bar[], title: string, width: Width): string {
  const top = niceTop(Math.max(...bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0))));
  const step = (width - LEFT) / bars.length;
  const longest = Math.max(...bars.map(({ label }) => label.length));
  const labelEvery = Math.ceil((longest * CHARACTER_WIDTH + LABEL_GAP) / step);
  const drawn = bars.map((bar, i) => {
    const middle = LEFT + step * (i + 0.5);
    const isWithin = middle + (bar.label.length * CHARACTER_WIDTH) / 2 <= width;
    const label =
      i % labelEvery === 0 && isWithin
        ? `<text class="tick" x="${round(middle)}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(bar.label)}</text>`
        : "";
    return column(bar, middle, Math.min(step * 0.8, MAX_BAR_WIDTH), top) + label;
  });
  return `<svg class="${width === 720 ? "wide" : "narrow"}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${grid(top, width)}${drawn.join("")}</svg>`;
}

function column({ title, parts }: Bar, middle: number, width: number, top: number): string {
  let y = BASE;
  const rects = parts.map(({ value, className }) => {
    // A value above zero is visible.
    const height = value > 0 ? Math.max(2, (value / top) * PLOT_HEIGHT) : 0;
    y -= height;
    return height === 0
      ? ""
      : `<rect class="${className}" x="${round(middle - width / 2)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`;
  });
  // The tooltip appears above a low bar, too.
  const target = `<rect class="target" x="${round(middle - width / 2)}" y="${TOP}" width="${round(width)}" height="${PLOT_HEIGHT}"/>`;
  return `<g><title>${escapeHtml(title)}</title>${target}${rects.join("")}</g>`;
}

function grid(top: number, width: Width): string {
  const lines = top % 2 === 0 ? [0, top / 2, top] : [0, top];
  // `140K`, which fits the margin.
  const compact = new Intl.NumberFormat("en-US", { notation: "compact" });
  return lines
    .map((value) => {
      const y = round(BASE - (value / top) * PLOT_HEIGHT);
      return `<line class="grid" x1="${LEFT}" x2="${width}" y1="${y}" y2="${y}"/><text class="tick" x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${compact.format(value)}</text>`;
    })
    .join("");
}

const TOPS = [1, 1.2, 1.4, 1.6, 1.8, 2, 2.4, 3, 4, 5, 6, 8, 10];

/** The next whole number that is easy to read. */
function niceTop(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  const tops = TOPS.map((top) => Math.round(top * power * 10) / 10);
  return tops.find((top) => Number.isInteger(top) && top >= most) ?? 10 * power;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
