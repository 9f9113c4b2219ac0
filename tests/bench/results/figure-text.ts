import type { Figure } from "../bench.ts";

/** A figure in words: its value, between which values it lay, and whether it reached its aim. */
export function figureText({ value, unit, from, to, ...aim }: Figure): string {
  const one = (number: number) => (unit === "×" ? ratioText(number) : numberText(number));
  const range = from === undefined || to === undefined ? "" : ` (${one(from)} to ${one(to)})`;
  return `${one(value)}${unitText(unit)}${range}${aimText({ value, unit, ...aim })}`;
}

/** Whether a figure is on the wrong side of its aim. */
export function isMissed({ value, atLeast = -Infinity, atMost = Infinity }: Omit<Figure, "name">): boolean {
  return !(value >= atLeast && value <= atMost);
}

function aimText(figure: Omit<Figure, "name">): string {
  const { unit, atLeast, atMost } = figure;
  const aims = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}${unitText(unit)}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}${unitText(unit)}`]),
  ];
  return aims.length === 0 ? "" : `, aim: ${aims.join(", ")}${isMissed(figure) ? ", missed" : ""}`;
}

function unitText(unit: Figure["unit"]): string {
  return unit === "×" || unit === "/s" || unit === "" ? unit : ` ${unit}`;
}

/** Two digits that say something, however far apart the sides are. */
function ratioText(ratio: number): string {
  return ratio < 1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}

function numberText(number: number): string {
  const digits = Math.abs(number) >= 100 || Number.isInteger(number) ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  return number.toLocaleString("en", { maximumFractionDigits: digits });
}
