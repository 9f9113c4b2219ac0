import { z } from "zod";
import { LetterError } from "../../letter/bytes/error.ts";
import { HANDOVERS, MAIN } from "../git/ref.ts";

// What GitHub and the workflow pass to a step. Kept apart from the settings of the campaign: a runner has other
// variables, and none of them may reach a part that does not need it.
const address = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/$/, ""));
const repository = {
  GITHUB_REPOSITORY: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  GITHUB_SERVER_URL: address.default("https://github.com"),
  GITHUB_API_URL: address.default("https://api.github.com"),
  RUNNER_TEMP: z.string().min(1),
  GITHUB_TOKEN: z.string().min(1),
};
const proposal = {
  PULL_NUMBER: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number),
  HEAD_SHA: z.string().regex(/^[0-9a-f]{40}$/),
};
/** A box that somebody ticks when starting a workflow by hand. */
const ticked = z
  .enum(["", "true", "false"])
  .default("")
  .transform((text) => text === "true");
/** Ticked before the first publication, when there is no live checkpoint to continue. */
const FIRST = ticked;
// Pages logs the address of every visitor, so the site goes there only where somebody chose it.
const PUBLISH_TO = z
  .enum(["", "artifact", "pages"])
  .default("")
  .transform((text) => text || "artifact");

/** What each workflow passes to its entry. */
export const WORKFLOWS = {
  code: z.object({ ...repository, ...proposal }),
  validate: z.object({ ...repository, ...proposal, HEAD_REF: z.string().min(1) }),
  accept: z.object({
    ...repository,
    // Another branch could have a different workflow of this name.
    GITHUB_REF: z.literal(MAIN),
    ACCEPT_APP_ID: z
      .string()
      .regex(/^[1-9]\d{0,14}$/)
      .transform(Number),
    ACCEPT_APP_KEY: z.string().startsWith("-----BEGIN "),
    LEDGER_KEY: z
      .string()
      .transform((text) => text.trim())
      .pipe(z.string().regex(/^[A-Za-z0-9_-]{43}$/)),
    SITE_URL: address,
    PUBLISH_TO,
    FIRST,
    // Ticked to have main published once more.
    AGAIN: ticked,
  }),
  handover: z.object({ GITHUB_REF: z.string().startsWith(`${HANDOVERS}/`), BAG_DIR: z.string().min(1) }),
  publish: z.object({
    ...repository,
    ...{ SITE_URL: address, SERVICE_URL: address, FIRST, PUBLISH_TO },
    // Pages know a site by it.
    GITHUB_SHA: z.string().regex(/^[0-9a-f]{40}$/),
  }),
} as const;

/**
 * Reads the variables of a workflow's step, from an environment such as `process.env`.
 *
 * @throws LetterError `environment` naming the variable; never its value, which may be a secret
 */
export function readWorkflowEnvironment<T extends z.ZodType>(
  workflow: T,
  env: Readonly<Record<string, string | undefined>>,
): z.output<T> {
  const result = workflow.safeParse(env);
  if (result.success) return result.data;
  const name = String(result.error.issues[0]?.path[0]);
  throw new LetterError("environment", `${name} ${env[name] ? "does not have the form it must have" : "is not set"}`);
}
