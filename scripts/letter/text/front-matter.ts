import matter from "gray-matter";
import { parse } from "yaml";
import { LetterError } from "../bytes/error.ts";

/** The longest front matter, in characters: gray-matter and the YAML parser take time quadratic in its length. */
const FRONT_MATTER_LENGTH = 10_000;

/**
 * Parses the front matter of a Markdown text (strings, lists and maps of strings) and returns the body below it.
 *
 * This is the only caller of gray-matter, which by default evaluates `---js` and `---javascript`, and caches bad YAML
 * of an earlier call as empty. Therefore the text must begin with exactly `---` and a line feed, every engine except
 * YAML throws, and options are passed at every call, which disables the cache.
 *
 * @throws LetterError `front-matter` for anything other than one YAML document without tags, anchors and aliases
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
 * Parses YAML without types: every scalar stays a string, and `__proto__` is refused.
 *
 * @throws LetterError `yaml` for tags, anchors, aliases, duplicate or forbidden keys, and more than one document
 */
export function parsePlainYaml(text: string): Record<string, unknown> {
  // Match tags and anchors only where YAML reads them as such: at the first character of a value.
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
