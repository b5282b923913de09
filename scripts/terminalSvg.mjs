// Draws the output of a terminal as SVG.

/** Stands for the start of an escape sequence. */
const ESCAPE = "\ue000";
const FONT_SIZE = 13;
const LINE = 18;
const CELL = 7.83;
const MARGIN = 16;

const PALETTES = {
  light: {
    page: "#f6f8fa",
    plain: "#1f2328",
    1: "#1f2328",
    31: "#b3261e",
    32: "#116329",
    33: "#7d4e00",
    36: "#0a5b83",
    2: "#59636e",
  },
  dark: {
    page: "#151b23",
    plain: "#e6edf3",
    1: "#ffffff",
    31: "#ff8a80",
    32: "#7ee787",
    33: "#e3b341",
    36: "#79c0ff",
    2: "#9aa4ae",
  },
};

/**
 * @param {string} output lines with the colours of `styleText`
 * @param {{ scheme: "light" | "dark", columns: number, title: string }} options
 * @returns {string} the text of an SVG file
 */
export function terminalSvg(output, { scheme, columns, title }) {
  const palette = PALETTES[scheme];
  const lines = output
    .replaceAll("\u001b[", ESCAPE)
    .trimEnd()
    .split("\n")
    .flatMap((line) => wrapLine(line, columns));
  const width = Math.round(columns * CELL + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const texts = lines.map((line, i) => {
    const y = MARGIN + LINE * i + FONT_SIZE;
    return line === "" ? "" : `<text x="${MARGIN}" y="${y}">${spans(line, palette)}</text>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${palette.page}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" fill="${palette.plain}" style="white-space: pre">
${texts.join("")}</g>
</svg>
`;
}

/** A line in its colour, which `styleText` puts around whole lines or words. */
function spans(line, palette) {
  const parts = line.split(/\ue000(\d+)m/);
  let code = "0";
  return parts
    .map((part, i) => {
      if (i % 2 === 1) {
        code = part;
        return "";
      }
      if (part === "") return "";
      const colour = palette[code];
      if (!colour) return escapeXml(part);
      return `<tspan fill="${colour}"${code === "1" ? ' font-weight="bold"' : ""}>${escapeXml(part)}</tspan>`;
    })
    .join("");
}

/** Wraps at spaces, and carries the line's colour over. */
function wrapLine(line, columns) {
  const [, colour = "", text = line, end = ""] = /^(\ue000\d+m)(.*)(\ue000\d+m)$/.exec(line) ?? [];
  const lines = [""];
  for (const word of text.split(/(?<= )/)) {
    if (lines.at(-1).length + word.trimEnd().length > columns) lines.push("");
    lines[lines.length - 1] += word;
  }
  return lines.map((part) => colour + part.trimEnd() + end);
}

function escapeXml(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
