import { createRequire } from "node:module";
import { Resvg, type ResvgRenderOptions } from "@resvg/resvg-js";

/** How a line of text is set in a picture. `size` in pixels. */
export type TextStyle = {
  readonly family: "Vazirmatn" | "Source Serif 4";
  readonly weight: 400 | 600 | 700;
  readonly size: number;
};

const require = createRequire(import.meta.url);

// Only our own fonts, so that a picture is the same on every machine.
const OPTIONS: ResvgRenderOptions = {
  font: {
    loadSystemFonts: false,
    defaultFontFamily: "Vazirmatn",
    fontFiles: [
      "vazirmatn/fonts/ttf/Vazirmatn-Regular.ttf",
      "vazirmatn/fonts/ttf/Vazirmatn-Bold.ttf",
      "@expo-google-fonts/source-serif-4/400Regular/SourceSerif4_400Regular.ttf",
      "@expo-google-fonts/source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf",
    ].map((file) => require.resolve(file)),
  },
};

/** Renders an SVG as PNG, with its text shaped and in the right order. */
export function pngOf(svg: string): Uint8Array {
  return new Resvg(svg, OPTIONS).render().asPng();
}

/** Turns every text of an SVG into outlines, so that it looks the same without our fonts. */
export function outlined(svg: string): string {
  return new Resvg(svg, OPTIONS).toString();
}

/** Returns the width of a line of text in pixels. */
export function widthOf(text: string, { family, weight, size }: TextStyle): number {
  const line = `<text y="${size}" font-family="${family}" font-weight="${weight}" font-size="${size}">${escaped(text)}</text>`;
  return (
    new Resvg(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">${line}</svg>`, OPTIONS).getBBox()?.width ??
    0
  );
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
