import matter from "gray-matter";
import { parse } from "yaml";
import { LetterError } from "../bytes/error.ts";

/** The longest front matter in characters: gray-matter and the YAML parser need time by the square of its length. */
const FRONT_MATTER_LENGTH = 10_000;

/**
 * The front matter of a Markdown text, as strings, lists and maps of strings, and what stands below it.
 *
 * The only caller of gray-matter, which by itself evaluates `---js` and `---javascript`, and remembers bad YAML of an
 * earlier call as empty. So: the text begins with exactly `---` and a line feed, every engine but YAML throws, and the
 * options (given at every call) switch its cache off.
 *
 * @throws LetterError `front-matter` for anything else than one YAML document without tags, anchors and aliases
 */
export function parseFrontMatter(text: string): { data: unknown; body: string } {
  if (!text.startsWith("---\n"))
    throw new LetterError("front-matter", "the text does not begin with a line of three hyphens");
  const end = text.slice(0, FRONT_MATTER_LENGTH).indexOf("\n---", 3);
  if (end < 0 || !text.startsWith("\n---\n", end)) {
    throw new LetterError(
      "front-matter",
      "the front matter does not end with a line of three hyphens within 10,000 characters",
    );
  }
  try {
    const file = matter(text, { language: "yaml", engines: { yaml: { parse: parsePlainYaml }, ...FORBIDDEN } });
    return { data: file.data, body: file.content };
  } catch (cause) {
    if (cause instanceof LetterError) throw cause;
    throw new LetterError("front-matter", "the front matter is not plain YAML", { cause });
  }
}

/**
 * YAML without types: every scalar stays a string, and maps have no prototype to pollute.
 *
 * @throws LetterError `yaml` for tags, anchors, aliases, duplicate or forbidden keys, and more than one document
 */
export function parsePlainYaml(text: string): Record<string, unknown> {
  // Tags and anchors only where YAML reads them as such: as the first character of a value.
  if (/(^|[:\-,[{]\s+)[!&*]\S/m.test(text)) throw new LetterError("yaml", "tags, anchors and aliases are not taken");
  if (/__proto__/.test(text)) throw new LetterError("yaml", "a forbidden key");
  let data: unknown;
  try {
    data = parse(text, { schema: "failsafe", maxAliasCount: 0, uniqueKeys: true, logLevel: "error", strict: true });
  } catch (cause) {
    throw new LetterError("yaml", "not plain YAML", { cause });
  }
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw new LetterError("yaml", "not a map of keys and values");
  return data as Record<string, unknown>;
}

const refuse = {
  parse: (): never => {
    throw new LetterError("front-matter", "only YAML front matter is read");
  },
};
const FORBIDDEN = { json: refuse, js: refuse, javascript: refuse, coffee: refuse, toml: refuse };
