import { parseAccept } from "hono/utils/accept";

/** Returns the one of these languages that an `Accept-Language` header prefers (RFC 9110 §12.5.4), else the first. */
export function preferredLanguage<L extends string>(languages: readonly L[], header: string | null | undefined): L {
  const wishes = parseAccept((header ?? "").slice(0, 1000)).filter(({ q }) => q > 0);
  const wanted = wishes.map(({ type }) => type.toLowerCase().split("-")[0]);
  return wanted.map((wish) => languages.find((known) => known === wish)).find((known) => known) ?? languages[0]!;
}
