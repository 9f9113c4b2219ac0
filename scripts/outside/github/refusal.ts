/**
 * Returns what keeps GitHub from doing what it was asked for, where the permissions of the caller are not at fault:
 *
 * - `rate-limit`: too much was asked within a time
 * - `plan`: the account's plan does not have the feature
 *
 * GitHub has neither a code nor a status for these: its words are read here and in no other place.
 */
export function refusalOf(cause: unknown): "rate-limit" | "plan" | undefined {
  if (!(cause instanceof Error)) return undefined;
  // Octokit adds the address of a page.
  const [words = ""] = cause.message.split(" - https://");
  if (namesRateLimit(words)) return "rate-limit";
  // docs.github.com: "Upgrade to GitHub Pro or make this repository public to enable this feature."
  return /upgrade/i.test(words) ? "plan" : undefined;
}

/** Whether an answer of GitHub speaks of a rate limit, as "Rate limits for the REST API" on docs.github.com quotes it. */
export function namesRateLimit(answer: string): boolean {
  return /rate limit/i.test(answer);
}
