import { strFromU8, unzipSync } from "fflate";
import { expect } from "vitest";

/** The names of the sheets of a workbook, in their order. */
export function sheetNames(bytes: Uint8Array): string[] {
  const book = strFromU8(unzipSync(bytes)["xl/workbook.xml"]!);
  return [...book.matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(([, name = ""]) => name);
}

/** One sheet of a workbook: shared or inline text; a formula, a number or anything else would not come back. */
export function parseWorkbook(bytes: Uint8Array, name: string): string[][] {
  const parts = unzipSync(bytes);
  const number = sheetNames(bytes).indexOf(name) + 1;
  const shared = [
    ...strFromU8(parts["xl/sharedStrings.xml"] ?? new Uint8Array()).matchAll(/<si>([\s\S]*?)<\/si>/g),
  ].map(([, xml = ""]) => textIn(xml));
  const sheet = strFromU8(parts[`xl/worksheets/sheet${number}.xml`]!);
  expect(sheet).not.toMatch(/<f[ >]/);
  return [...sheet.matchAll(/<row [^>]*>([\s\S]*?)<\/row>/g)].map(([, row = ""]) => {
    const cells: string[] = [];
    for (const [, letter = "", attributes = "", xml = ""] of row.matchAll(
      /<c r="([A-Z])\d+"([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g,
    )) {
      const kind = /t="(\w+)"/.exec(attributes)?.[1];
      expect(["s", "inlineStr", undefined]).toContain(kind);
      cells[letter.charCodeAt(0) - 65] = kind === "s" ? shared[Number(/<v>(\d+)<\/v>/.exec(xml)![1])]! : textIn(xml);
    }
    return Array.from(cells, (cell) => cell ?? "");
  });
}

function textIn(xml: string): string {
  return [...xml.matchAll(/<t(?: [^>]*)?>([^<]*)<\/t>/g)]
    .map(([, words = ""]) =>
      words
        .replace(/&(lt|gt|quot|apos|#39|amp);/g, (_, name: string) => ENTITIES[name]!)
        .replace(/_x([0-9A-F]{4})_/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    )
    .join("");
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", "#39": "'", amp: "&" };
