import { titleParts } from "../../../letter/text/letter-text.ts";
import type { SiteContext } from "../context.ts";
import { html } from "../html.ts";
import { type Lang, stringsIn } from "../strings.ts";
import { COLOURS, countToPost } from "./card.ts";
import { faceOf, fitted, ltr, type Measure, textLine, wrapped } from "./picture-text.ts";

/** The pictures that people post themselves, by the names of their files, in pixels. */
export const PICTURES = {
  square: { width: 1080, height: 1080 },
  upright: { width: 1080, height: 1350 },
} as const;

export const SHAPES = Object.keys(PICTURES) as (keyof typeof PICTURES)[];

const SIDE = 110;
/** From one baseline to the next, in sizes of the letters. */
const LEAD = 1.4;

/**
 * Draws a picture to post where no link can be clicked, as SVG: the letter's title, the number of signatures once it is
 * no longer small, and the address. Unlike a preview, which others see unasked, it always names the letter.
 */
export function pictureSvg(site: SiteContext, lang: Lang, shape: keyof typeof PICTURES, measure: Measure): string {
  const { width, height } = PICTURES[shape];
  const place = { start: SIDE, width };
  const inner = width - 2 * SIDE;
  const { kicker, heading } = titleParts(site.letters[lang].title);
  const [number, words] = countToPost(site, lang);
  const [quiet, small] = [faceOf(lang, 42), faceOf(lang, 38)];
  const kickers = wrapped(kicker, quiet, inner, measure).filter((line) => line !== "");
  const top = 180;
  const below = top + kickers.length * quiet.size * LEAD;
  const room = height - below - (number === "" ? 260 : 450);
  const head = fitted(heading, { width: inner, height: room }, 104, (size) => faceOf(lang, size, true), measure, LEAD);
  // A little above the middle of its room.
  const headTop = below + (room - head.lines.length * head.style.size * LEAD) * 0.4 + head.style.size;
  const address = `${site.publicUrl}${lang}/`.replace(/^https?:\/\//, "");
  const line = fitted(address, { width: inner, height: 80 }, 46, (size) => faceOf("en", size, true), measure, LEAD);
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="${width}" height="${height}" fill="${COLOURS.paper}"/>
<rect x="36" y="36" width="${width - 72}" height="${height - 72}" fill="none" stroke="${COLOURS.frame}" stroke-width="5"/>
<rect x="52" y="52" width="${width - 104}" height="${height - 104}" fill="none" stroke="${COLOURS.frame}" stroke-width="2"/>
${kickers.map((text, i) => textLine(lang, text, quiet, { ...place, top: top + i * quiet.size * LEAD, fill: COLOURS.quiet }))}
${head.lines.map((text, i) => textLine(lang, text, head.style, { ...place, top: headTop + i * head.style.size * LEAD, fill: COLOURS.ink }))}
${number !== "" && textLine(lang, number, faceOf(lang, 110, true), { ...place, top: height - 300, fill: COLOURS.lapis })}
${number !== "" && textLine(lang, words, small, { ...place, top: height - 240, fill: COLOURS.ink })}
${textLine(lang, stringsIn(lang).passed_on.call, small, { ...place, top: height - 160, fill: COLOURS.ink })}
${textLine(lang, ltr(address), line.style, { ...place, top: height - 104, fill: COLOURS.lapis })}
</svg>
`.toString();
}
