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
 * One block of the letter. `text` holds its words with single blanks between them, as they must be found on the page;
 * a `placeholder` ("[Signatures]") is the one block that the page replaces.
 */
export type Block = { html: string; text: string; kind: string; role: "body" | "closing" | "placeholder" };

/** The letter in one language, as `content/LANG/letter.md` holds it. */
export type Letter = Readonly<z.output<typeof frontMatter>> & { readonly blocks: readonly Block[] };

/**
 * The letter that a Markdown file holds: checked front matter, and the body as blocks in their order.
 *
 * When the last block is one line in brackets, signatures take its place, and the two paragraphs before it are the
 * closing: the label ("Signed") and the name under which all sign.
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
