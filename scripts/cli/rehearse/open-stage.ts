import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readLiveCheckpoint } from "../../accept/live-checkpoint.ts";
import type { Stage } from "../../accept/rehearsal/stage.ts";
import { formatBase64url } from "../../letter/bytes/base64url.ts";
import { LetterError } from "../../letter/bytes/error.ts";
import { signingKey } from "../../letter/bytes/key.ts";
import { systemClock } from "../../outside/clock.ts";
import { openGitHub } from "../../outside/github/api.ts";
import { readRepositoryVariables } from "../../outside/github/environments.ts";
import { readRsaKey } from "../../outside/mail/dkim.ts";
import { systemRandom } from "../../outside/random.ts";
import { parseSeed } from "../../outside/seal/keys.ts";
import { currentSettings } from "../../outside/settings-file.ts";

/** Whose accounts speak, and where GitHub is. */
const ENVIRONMENT = z.object({
  GITHUB_TOKEN: z.string().min(1),
  FILE_APP_ID: z.coerce.number().int().positive(),
  FILE_APP_KEY: z.string().min(1),
  GITHUB_API_URL: z.string().default("https://api.github.com"),
  GITHUB_SERVER_URL: z.string().default("https://github.com"),
});

/** A stage, what of it must appear in no report, and its end. */
export type OpenStage = { readonly stage: Stage; readonly secrets: readonly string[]; close(): Promise<void> };

/** How many sheets make a pile: more than GitHub's calls of an hour were enough for, when each was read by itself. */
const PILE = 350;

/**
 * Opens the stage with the keys that the environment and the command name.
 *
 * @param keyFile by default the attestation key in `DATA_DIR`
 * @throws LetterError `environment` or `keys`, in words that repeat no key
 */
export async function openStage(
  repository: string,
  { keyFile, isPublic, env }: { keyFile: string | undefined; isPublic: boolean; env: NodeJS.ProcessEnv },
): Promise<OpenStage> {
  const given = ENVIRONMENT.safeParse(env);
  if (!given.success) {
    const names = [...new Set(given.error.issues.map(({ path }) => path.join(".")))].join(", ");
    throw new LetterError("environment", `set ${names}; --help says what it has to be`);
  }
  const { GITHUB_TOKEN: token, FILE_APP_ID: appId, FILE_APP_KEY: app, ...at } = given.data;
  const privateKey = readAppKey(app);
  const path = keyFile ?? join(currentSettings().dataDir, "keys", "attestation.key");
  const seed = parseSeed(
    await readFile(path, "utf8").catch(() => ""),
    `${path} cannot be read, or does not hold 32 bytes in base64url: name the attestation key with --attestation-key`,
  );
  const common = { repository, apiUrl: at.GITHUB_API_URL, clock: systemClock };
  const organiser = openGitHub({ ...common, as: { token } });
  const folder = await mkdtemp(join(tmpdir(), "undersigned-rehearsal-"));
  const stage: Stage = {
    organiser,
    filer: openGitHub({ ...common, as: { appId, privateKey } }),
    mirror: join(folder, "mirror.git"),
    serverUrl: at.GITHUB_SERVER_URL,
    key: signingKey(seed),
    random: systemRandom,
    clock: systemClock,
    pause: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
    async readLive() {
      const site = (await readRepositoryVariables(organiser)).variables.get("SITE_URL");
      return site === undefined ? undefined : readLiveCheckpoint(site);
    },
    isPublic,
    pile: PILE,
  };
  return { stage, secrets: [token, formatBase64url(seed)], close: () => rm(folder, { recursive: true, force: true }) };
}

function readAppKey(value: string): string {
  try {
    return readRsaKey(value);
  } catch {
    // The original error may repeat the value.
    throw new LetterError("keys", "FILE_APP_KEY is no private key as GitHub gave it (PEM), nor the path of its file");
  }
}
