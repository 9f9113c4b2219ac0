import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../support/source.ts";

const style = readFileSync(join(root, "content/assets/site.css"), "utf8");

/** The colours of a scheme by the name of their token. */
function colours(scheme: "light" | "dark"): Map<string, string> {
  const dark = style.indexOf("@media (prefers-color-scheme: dark)");
  const block = (from: number) => style.slice(from, style.indexOf("}", from));
  const light = block(style.indexOf(":root {"));
  const parts = scheme === "light" ? [light] : [light, block(dark)];
  return new Map(
    parts.flatMap((part) =>
      [...part.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/g)].map(([, name, value]) => [name!, value!]),
    ),
  );
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [, digits = ""] = /^#(.+)$/.exec(colour)!;
  const six = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(six.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, contrast ratio: from 1 to 21. */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** AAA for what is read at length, AA for what is read at a glance, 1.4.11 for edges of fields. */
const PAIRS: [least: number, text: string, grounds: string][] = [
  [7, "ink", "paper desk lapis-tint cinnabar-tint leaf-tint"],
  [7, "ink-2", "paper desk"],
  [4.5, "ink-2", "lapis-tint cinnabar-tint leaf-tint"],
  [4.5, "lapis", "paper desk lapis-tint cinnabar-tint leaf-tint"],
  [4.5, "lapis-deep", "paper desk lapis-tint"],
  [4.5, "cinnabar", "paper desk cinnabar-tint"],
  [4.5, "leaf", "paper leaf-tint"],
  [4.5, "on-lapis", "lapis lapis-deep"],
  [4.5, "on-exit", "exit exit-deep"],
  [3, "edge", "paper desk"],
];

describe.each(["light", "dark"] as const)("the colours by %s", (scheme) => {
  const values = colours(scheme);

  it.each(PAIRS)("have a contrast of %d or more: %s on %s", (least, text, grounds) => {
    for (const ground of grounds.split(" ")) {
      expect(contrast(values.get(text)!, values.get(ground)!), ground).toBeGreaterThanOrEqual(least);
    }
  });
});

it("reckons as the standard does", () => {
  expect(contrast("#000", "#fff")).toBe(21);
  expect(contrast("#777777", "#fff")).toBeCloseTo(4.48, 2);
});
