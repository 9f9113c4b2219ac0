import type { Figure } from "../bench.ts";
import { figureText } from "./figure-text.ts";

const [WIDTH, LABEL, BAR, ROW] = [720, 260, 260, 26];

/** Draws figures of one unit as bars below each other. */
export function chartOf(title: string, figures: readonly Figure[]): string {
  const most = Math.max(...figures.map(({ value }) => value));
  const rows = figures.map((figure, row) => {
    const [y, width] = [row * ROW + 8, Math.max(1, (figure.value / most) * BAR)];
    const short = figureText({ name: figure.name, value: figure.value, unit: figure.unit });
    return [
      `<text x="${LABEL - 8}" y="${y + 13}" text-anchor="end">${escaped(figure.name)}</text>`,
      `<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="18"/>`,
      `<text x="${(LABEL + width + 8).toFixed(1)}" y="${y + 13}">${escaped(short)}</text>`,
    ].join("");
  });
  const height = figures.length * ROW + 12;
  const style =
    "text{font:13px system-ui,sans-serif;fill:#222}rect{fill:#2b5f8a}@media(prefers-color-scheme:dark){text{fill:#ddd}rect{fill:#7fb2dc}}";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"><title>${escaped(title)}</title><style>${style}</style>\n${rows.join("\n")}\n</svg>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
