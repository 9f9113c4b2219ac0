/** Returns the one of these languages that an `Accept-Language` header prefers (RFC 9110 §12.5.4), else the first. */
export function preferredLanguage<L extends string>(languages: readonly L[], header: string | null | undefined): L {
  const wishes = (header ?? "")
    .slice(0, 1000)
    .split(",")
    .map((part) => {
      const [range = "", ...parameters] = part.trim().toLowerCase().split(";");
      const q = parameters.map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1]).find((value) => value);
      return { lang: range.trim().split("-")[0], weight: q === undefined ? 1 : Number(q) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { lang } of wishes) {
    const found = languages.find((known) => known === lang);
    if (found) return found;
  }
  return languages[0]!;
}
