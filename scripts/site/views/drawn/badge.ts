import type { SiteContext } from "../context.ts";
import { html } from "../html.ts";
import type { Lang } from "../strings.ts";
import { countOf } from "./card.ts";
import { faceOf, type Measure, textLine } from "./picture-text.ts";

const HEIGHT = 44;
const SIDE = 16;

/** Draws the count as a small SVG for other sites; `outlined` makes its letters look the same everywhere. */
export function badgeSvg(
  site: SiteContext,
  lang: Lang,
  { measure, outlined }: { measure: Measure; outlined: (svg: string) => string },
): string {
  const text = countOf(site, lang).join(" ").trim();
  const face = faceOf(lang, 18, true);
  const width = Math.ceil(measure(text, face)) + 2 * SIDE;
  const svg =
    html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}">
<rect x="1" y="1" width="${width - 2}" height="${HEIGHT - 2}" fill="#fffefb" stroke="#8496b8" stroke-width="2"/>
${textLine(lang, text, face, { start: SIDE, top: 28, width, fill: "#17202a" })}
</svg>
`.toString();
  // A screen reader cannot read outlines, so add a title.
  return outlined(svg).replace(/<svg ([^<>]*)>/, `<svg $1 role="img"><title>${html`${text}`}</title>`);
}
