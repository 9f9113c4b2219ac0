import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import startTypst, {
  type TypstCompiler,
  TypstCompilerBuilder,
  TypstFontResolverBuilder,
} from "@myriaddreamin/typst-ts-web-compiler";
// @ts-expect-error: the package has no types
import { decompress } from "wawoff2";
import { LetterError } from "../letter/bytes/error.ts";

/** What a template reads with `json("/data.json")`: texts, numbers, lists, tables. */
export type PageData = string | number | boolean | null | readonly PageData[] | { readonly [name: string]: PageData };

/** Makes PDF files with Typst. */
export type Typesetter = {
  /**
   * Returns a tagged PDF 1.7 with every letter shaped and embedded. The same template, data and files yield the same
   * bytes, on any machine, in any time zone: no date, no font of the machine, no network.
   *
   * A template imports from `/fonts.typ` what fits its text: `latin` or `persian`, families in the order in which they
   * are tried, and sets `text(font: …, fallback: false)`. Without `#set document(title: …, date: none)` a screen reader
   * has no title to read out.
   *
   * @param template Typst source; its texts belong into the data, where nothing in them is taken for Typst
   * @param data is `/data.json`; characters that none of our fonts has appear as `[U+1F600]`, so that none is lost
   * @param files pictures and other files by path, such as `/code.svg`
   * @throws LetterError `typeset` naming the first thing that is wrong with the template
   */
  pdf(template: string, data: PageData, files?: ReadonlyMap<string, Uint8Array | string>): Uint8Array;
};

const require = createRequire(import.meta.url);

/** Whole fonts, by the names that templates use for them. Fonts of the machine are never used. */
const FONTS = [
  { family: "Serif", weight: 400, file: "@expo-google-fonts/source-serif-4/400Regular/SourceSerif4_400Regular.ttf" },
  { family: "Serif", weight: 600, file: "@expo-google-fonts/source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf" },
  { family: "Vazirmatn", weight: 400, file: "vazirmatn/fonts/ttf/Vazirmatn-Regular.ttf" },
  { family: "Vazirmatn", weight: 600, file: "vazirmatn/fonts/ttf/Vazirmatn-SemiBold.ttf" },
  // For names: DejaVu has Armenian, Georgian and Hebrew; Unifont has nearly every other script, though not beautifully.
  { family: "DejaVu", weight: 400, file: "dejavu-fonts-ttf/ttf/DejaVuSans.ttf" },
  { family: "Unifont", weight: 400, file: "@fontsource/unifontex/files/unifontex-latin-400-normal.woff2" },
] as const;

/** What templates import. In a Persian text, Latin words are set in the serif, and what both have in Vazirmatn. */
const FONT_LISTS = `
#let latin = ("Serif", "Vazirmatn", "DejaVu", "Unifont")
#let persian = ((name: "Vazirmatn", covers: regex("[^A-Za-z\\u{C0}-\\u{24F}\\u{1E00}-\\u{1EFF}]")), ..latin)
`;

/** Starts Typst as WebAssembly, which has no access to the machine, with only our fonts. Takes a second or two. */
export async function openTypesetter(): Promise<Typesetter> {
  await startTypst({
    module_or_path: await readFile(require.resolve("@myriaddreamin/typst-ts-web-compiler/wasm")),
  });
  const builder = new TypstCompilerBuilder();
  builder.set_dummy_access_model();
  const covered = await addFonts(builder);
  const compiler = await builder.build();
  return {
    pdf(template, data, files = new Map()) {
      compiler.reset_shadow();
      for (const [path, content] of files) compiler.map_shadow(path, Buffer.from(content as string));
      compiler.map_shadow("/data.json", Buffer.from(JSON.stringify(legible(data, covered))));
      compiler.add_source("/fonts.typ", FONT_LISTS);
      compiler.add_source("/main.typ", template);
      return compile(compiler);
    },
  };
}

/** Adds all fonts. Returns a function that says whether one of them has a code point. */
async function addFonts(builder: TypstCompilerBuilder): Promise<(codePoint: number) => boolean> {
  const reader = new TypstFontResolverBuilder();
  const covered = new Set<number>();
  for (const { family, weight, file } of FONTS) {
    const bytes = await readFont(file);
    const { info }: { info: FontInfo[] } = reader.get_font_info(bytes);
    for (const codePoint of pointsOf(info[0]!.coverage)) covered.add(codePoint);
    const named = info.map((face) => ({ ...face, family, variant: { ...face.variant, weight } }));
    await builder.add_lazy_font({ info: named, conditions: [] }, () => bytes);
  }
  return (codePoint) => covered.has(codePoint);
}

type FontInfo = {
  readonly family: string;
  readonly variant: { readonly style: string; readonly weight: number; readonly stretch: number };
  /** lengths of runs of code points, alternately missing and present */
  readonly coverage: readonly number[];
};

function* pointsOf(coverage: readonly number[]): Generator<number> {
  let at = 0;
  for (const [i, length] of coverage.entries()) {
    if (i % 2 === 1) for (let point = at; point < at + length; point++) yield point;
    at += length;
  }
}

async function readFont(file: string): Promise<Uint8Array> {
  const bytes = await readFile(require.resolve(file));
  return file.endsWith(".woff2") ? new Uint8Array(await decompress(bytes)) : new Uint8Array(bytes);
}

/** Replaces by `[U+…]` every character that would be an empty box, or nothing at all. */
function legible(data: PageData, covered: (codePoint: number) => boolean): PageData {
  if (typeof data === "string") {
    return data.replace(/[^\p{Default_Ignorable_Code_Point}\n]/gu, (character) => {
      const codePoint = character.codePointAt(0)!;
      if (covered(codePoint)) return character;
      return `[U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}]`;
    });
  }
  if (typeof data !== "object" || data === null) return data;
  if (Array.isArray(data)) return data.map((part: PageData) => legible(part, covered));
  return Object.fromEntries(Object.entries(data).map(([name, part]) => [name, legible(part as PageData, covered)]));
}

const AS_OBJECTS = 1;

function compile(compiler: TypstCompiler): Uint8Array {
  const answer = tried(() => compiler.compile("/main.typ", undefined, "pdf", AS_OBJECTS));
  if (answer?.result) return answer.result;
  throw new LetterError("typeset", "the template cannot be set");
}

/** Typst throws its errors as text. */
function tried(run: () => { result?: Uint8Array } | undefined): { result?: Uint8Array } | undefined {
  try {
    return run();
  } catch (cause) {
    const reason = /message: "((?:[^"\\]|\\.)*)"/.exec(String(cause))?.[1] ?? "Typst gives no reason";
    throw new LetterError("typeset", `the template cannot be set: ${reason}`, { cause });
  }
}
