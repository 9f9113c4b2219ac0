import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type pino from "pino";
import { readLiveCheckpoint } from "../../scripts/accept/live-checkpoint.ts";
import type { LocalCampaign } from "../../scripts/accept/local-campaign.ts";
import type { LocalSite } from "../../scripts/accept/local-site.ts";
import { type OpenService, openService } from "../../scripts/form-service/open-service.ts";
import { openPageWords, type PageWords } from "../../scripts/form-service/signing/own-page-codes.ts";
import { openStore, type Store } from "../../scripts/form-service/store/schema.ts";
import type { HandoverPlace } from "../../scripts/handover/handover-place.ts";
import { destroyStaleCopies } from "../../scripts/handover/stale-copies.ts";
import { dayOf } from "../../scripts/letter/bytes/day.ts";
import { type PublicKeys, publishedFiles } from "../../scripts/letter/published/files.ts";
import type { Clock } from "../../scripts/outside/clock.ts";
import { campaignRepository, openLocalGitHost } from "../../scripts/outside/git/local-host.ts";
import { openLog } from "../../scripts/outside/log.ts";
import { openKeys } from "../../scripts/outside/seal/keys.ts";
import { openSeal } from "../../scripts/outside/seal/seal.ts";
import { readSettings } from "../../scripts/outside/settings.ts";
import { siteContext } from "../../scripts/site/views/context.ts";
import type { Content } from "../../scripts/site/views/read-content.ts";
import { type MailBasket, openMailBasket } from "../form-service/mail/mail-basket.ts";
import { acceptAll } from "../support/campaigns/accept-all.ts";

/** What one machine of a campaign is opened with. `breakStore` and `breakSite` are for deliberate leaks. */
export type MachineDeps = {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly content: Content;
  readonly clock: Clock;
  readonly random: (count: number) => Uint8Array;
  readonly breakStore?: ((store: Store) => Promise<void>) | undefined;
  readonly breakSite?: ((site: LocalSite, keys: PublicKeys) => LocalSite) | undefined;
};

/** A campaign on one machine, as `npm start` runs it, but for the pages of the site and for time, which is stopped. */
export type Machine = {
  readonly dataDir: string;
  readonly settings: ReturnType<typeof readSettings>;
  readonly mails: MailBasket;
  readonly store: Store;
  readonly service: OpenService;
  readonly logged: () => string;
  /** Accepts, publishes, and destroys the copies of which somebody has left. */
  accept(): Promise<void>;
  /** the campaign as the commands of its moderators have it */
  local(): LocalCampaign;
  /** the place of the commands of a handover, as main is now; to read main costs more than most steps */
  place(): Promise<HandoverPlace & { readonly local: LocalCampaign }>;
  post(path: string, form: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
};

let words: PageWords | undefined;

export async function openMachine(deps: MachineDeps): Promise<Machine> {
  const { dataDir, databaseUrl: DATABASE_URL, content, clock, random } = deps;
  const settings = readSettings({ DATA_DIR: dataDir, LIMITS: "off", DATABASE_URL });
  const keys = await openKeys(dataDir, content.campaign);
  const host = await openLocalGitHost(campaignRepository(dataDir), { folder: ".", day: dayOf(clock.now()) });
  const plain = openPlainSite(dataDir, keys.publicKeys);
  const site = deps.breakSite?.(plain, keys.publicKeys) ?? plain;
  const live = async () => (existsSync(site.folder) ? readLiveCheckpoint(site.folder) : undefined);
  const local = (): LocalCampaign => {
    const day = dayOf(clock.now());
    const acceptor = { host, signer: keys.ledger, attestationKey: keys.attestation.publicKey, day, live };
    return { dataDir, host, keys, site, day, acceptor };
  };
  let seen = "";
  const accept = async () => {
    // As the start command does: what has not moved has nothing to be accepted.
    const refs = await host.refs();
    if (refs === seen) return;
    const { main } = await acceptAll(local().acceptor);
    await site.publish(main);
    await destroyStaleCopies(dataDir, main.record.entries);
    seen = refs;
  };
  await accept();
  const lines: string[] = [];
  const log = openLog(clock, { write: (line: string) => void lines.push(line) } as pino.DestinationStream);
  const mails = openMailBasket();
  const context = siteContext({ content, settings, keys: keys.publicKeys, at: "service" });
  words ??= openPageWords(context);
  const store = await openStore(settings.database);
  await deps.breakStore?.(store);
  const service = await openService({
    ...{ settings, keys, store, clock, random, log, gitHost: host, siteFolder: site.folder, pageWords: words },
    mails: mails.queue,
    seal: openSeal(keys.publicKeys.recipients),
    site: () => context,
    isTorExit: () => false,
  });
  return {
    ...{ dataDir, settings, mails, store, service, accept, local, logged: () => lines.join("") },
    async place() {
      const { record } = await host.readMain();
      const { repository } = host;
      return { settings, content, keys: keys.publicKeys, record, repository, local: local() };
    },
    ...doorOf(service, store),
  };
}

/** How people reach a service, and how it ends. */
export function doorOf(service: OpenService, store: Store): Pick<Machine, "post" | "stop"> {
  return {
    async post(path, form) {
      const init = { method: "POST", body: new URLSearchParams(form) };
      const answer = await service.app.fetch(new Request(new URL(path, "http://localhost:8080"), init));
      await service.idle();
      return answer;
    },
    async stop() {
      await service.idle();
      await store.close();
    },
  };
}

/** Publishes what programs read, as the site has it, without its pages: Eleventy takes longer than a whole life. */
function openPlainSite(dataDir: string, keys: PublicKeys): LocalSite {
  const [folder, builds] = [join(dataDir, "site"), join(dataDir, "builds")];
  let published = "";
  return {
    folder,
    async publish(main) {
      if (main.commit === published) return;
      const name = `${main.commit.slice(0, 12)}-plain`;
      await writeFiles(join(builds, name), publishedFiles(main.record, keys));
      await rm(`${folder}.next`, { force: true });
      await symlink(join("builds", name), `${folder}.next`);
      await rename(`${folder}.next`, folder);
      for (const other of await readdir(builds))
        if (other !== name) await rm(join(builds, other), { recursive: true, force: true });
      published = main.commit;
    },
  };
}

export async function writeFiles(
  folder: string,
  files: Iterable<readonly [string, string | Uint8Array]>,
): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
