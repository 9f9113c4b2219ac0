import { z } from "zod";
import { LetterError } from "../bytes/error.ts";
import { oneLine, yesOrNo } from "./field.ts";
import { parseFrontMatter } from "./front-matter.ts";
import { blocksOf } from "./markdown.ts";

const frontMatter = z
  .strictObject({
    title: oneLine,
    urgent: yesOrNo.default(false),
    urgent_label: oneLine.default(""),
    addressee_label: oneLine,
    addressee: z.array(oneLine).min(1, "must have one line at least"),
    cc_label: oneLine.default(""),
    cc: z.array(oneLine).default([]),
  })
  .check(({ value, issues }) => {
    const needs = (path: keyof typeof value, message: string) =>
      issues.push({ code: "custom", input: value, path: [path], message });
    if (value.urgent && value.urgent_label === "") needs("urgent_label", "an urgent letter needs it");
    if (value.cc.length > 0 && value.cc_label === "") needs("cc_label", "a letter with copies needs it");
  });

/**
 * One block of the letter. `text` holds its words separated by single blanks, as they must appear on the page.
 * A `placeholder` ("[Signatures]") is the only block that the page replaces.
 */
export type Block = { html: string; text: string; kind: string; role: "body" | "closing" | "placeholder" };

/** The letter in one language: `content/LANG/letter.md`. The stamp and the copies are optional, each with its label. */
export type Letter = Readonly<z.output<typeof frontMatter>> & { readonly blocks: readonly Block[] };

/**
 * Parses the Markdown file of a letter: its front matter, and its body as a list of blocks.
 *
 * When the last block is one line in brackets, the signatures replace it, and the two paragraphs before it are the
 * closing: the label ("Signed") and the name under which everyone signs.
 *
 * @param name the file, as an error names it
 * @throws LetterError `letter`, one line that names the file, the field and the rule
 */
export function parseLetter(markdown: string, name = "letter.md"): Letter {
  const { data, body } = parseFrontMatter(markdown);
  const head = frontMatter.safeParse(data);
  if (!head.success) {
    const [issue] = head.error.issues;
    const field = issue?.path.join(".") || "it";
    throw new LetterError("letter", `${name}: front matter: ${field}: ${issue?.message ?? "is not valid"}`);
  }
  const blocks = blocksOf(body);
  const last = blocks.length - 1;
  const closes =
    blocks.length > 3 && /^\[[^\]]+\]$/u.test(blocks[last]?.text ?? "") && blocks.slice(-3).every(isParagraph);
  return {
    ...head.data,
    blocks: blocks.map((block, index) => ({ ...block, role: closes ? roleAt(index, last) : "body" })),
  };
}

/** Splits "Open letter to …: what we demand" at its colon; a title without one has no kicker. */
export function titleParts(title: string): { readonly kicker: string; readonly heading: string } {
  const colon = title.indexOf(": ");
  if (colon < 0) return { kicker: "", heading: title };
  return { kicker: title.slice(0, colon + 1), heading: title.slice(colon + 2) };
}

function isParagraph(block: { kind: string }): boolean {
  return block.kind === "paragraph";
}

function roleAt(index: number, last: number): Block["role"] {
  if (index === last) return "placeholder";
  return index >= last - 2 ? "closing" : "body";
}
