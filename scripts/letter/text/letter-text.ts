import { z } from "zod";
import { LetterError } from "../bytes/error.ts";
import { parseFrontMatter } from "./front-matter.ts";
import { blocksOf } from "./markdown.ts";

const oneLine = z.string().regex(/^\S(.*\S)?$/u);

const frontMatter = z.strictObject({
  title: oneLine,
  urgent: z.enum(["true", "false"]).transform((text) => text === "true"),
  urgent_label: oneLine,
  addressee_label: oneLine,
  addressee: z.array(oneLine).min(1),
  cc_label: oneLine,
  cc: z.array(oneLine),
});

/**
 * One block of the letter. `text` holds its words separated by single blanks, as they must appear on the page.
 * A `placeholder` ("[Signatures]") is the only block that the page replaces.
 */
export type Block = { html: string; text: string; kind: string; role: "body" | "closing" | "placeholder" };

/** The letter in one language: `content/LANG/letter.md`. */
export type Letter = Readonly<z.output<typeof frontMatter>> & { readonly blocks: readonly Block[] };

/**
 * Parses the Markdown file of a letter: its front matter, and its body as a list of blocks.
 *
 * When the last block is one line in brackets, the signatures replace it, and the two paragraphs before it are the
 * closing: the label ("Signed") and the name under which everyone signs.
 *
 * @throws LetterError `letter`
 */
export function parseLetter(markdown: string): Letter {
  const { data, body } = parseFrontMatter(markdown);
  const head = frontMatter.safeParse(data);
  if (!head.success) {
    throw new LetterError("letter", `letter.md: front matter: ${head.error.issues[0]?.path.join(".") || "not valid"}`);
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

function isParagraph(block: { kind: string }): boolean {
  return block.kind === "paragraph";
}

function roleAt(index: number, last: number): Block["role"] {
  if (index === last) return "placeholder";
  return index >= last - 2 ? "closing" : "body";
}
