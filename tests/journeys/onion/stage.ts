import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemRandom } from "../../../scripts/outside/random.ts";
import { writeOnionKey } from "../../../scripts/outside/tor/onion-key.ts";
import { changed, serverFile } from "../../operations/server/server-files.ts";
import { type MailServer, startMailServer } from "../../support/servers/mail-server.ts";
import { hasTor, type PrivateTor, startPrivateTor } from "../../support/servers/private-tor.ts";
import { freePort, removeDataDir, type Service, startService } from "../../support/servers/service.ts";
import { type SocksRelay, startSocksRelay } from "../../support/servers/socks-relay.ts";

/** What this machine lacks, in words; empty where it lacks nothing. */
export const lacking = hasTor ? "" : "Tor";

/** Two origins, as with GitHub. Neither is ever to be asked for. */
export const TWO_ORIGINS = { SITE_URL: "https://letter.example.org", SERVICE_URL: "https://sign.example.org" };
/** One, as on one machine. */
export const ONE_ORIGIN = { SITE_URL: "https://sign.example.org", SERVICE_URL: "https://sign.example.org" };

/** An onion service as the operator's files make it, on a Tor network of this machine. */
export type OnionStage = {
  readonly folder: string;
  /** the onion service's host */
  readonly onion: string;
  /** where Tor leads on this machine */
  readonly door: number;
  /** the origin that its key told beforehand */
  readonly address: string;
  readonly tor: PrivateTor;
  readonly mailServer: MailServer;
  /** Stands before Tor's own proxy, and sees every name that a browser asks for. */
  readonly relay: SocksRelay;
  /** the service that runs now */
  service(): Service;
  /** what all services have printed */
  output(): string;
  /** Puts a service that has counted nothing yet in the place of the one that runs. */
  renew(origins: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
};

export async function openOnionStage(): Promise<OnionStage> {
  const folder = mkdtempSync(join(tmpdir(), "undersigned-tor-"));
  const [onionPort, port] = [await freePort(), await freePort()];
  // The key is made beforehand, as operators may do.
  const key = join(folder, "letter");
  const address = await writeOnionKey(key, systemRandom);
  const torrc = changed(serverFile("torrc"), [
    [/^SocksPort .*$/m, "SocksPort 0"],
    [/\/var\/lib\/tor\/letter\//g, `${key}/`],
    [/127\.0\.0\.1:8081/, `127.0.0.1:${onionPort}`],
  ]);
  const mailServer = await startMailServer();
  const more = { TRUST_PROXY: "on", LIMITS: "on", MAIL_FROM: "no-reply@codes.example", MAIL_URL: mailServer.url };
  const ports = { PORT: String(port), ONION_PORT: String(onionPort) };
  const start = (origins: Readonly<Record<string, string>>) =>
    startService({ settings: { ...origins, ...more, ...ports }, timeout: 300_000 });
  const ended: string[] = [];
  const end = async (service: Service) => {
    // How it ends is not what is tried here.
    await service.kill();
    removeDataDir(service.dataDir);
    ended.push(service.output());
  };
  const [tor, first] = await Promise.all([startPrivateTor(join(folder, "tor"), torrc), start(TWO_ORIGINS)]);
  let service = first;
  await tor.reached();
  const relay = await startSocksRelay((host) => (host === tor.onion ? { port: tor.socks, socks: true } : undefined));
  return {
    ...{ folder, onion: tor.onion, door: onionPort, address, tor, mailServer, relay },
    service: () => service,
    output: () => [...ended, service.output()].join("\n"),
    async renew(origins) {
      await end(service);
      service = await start(origins);
    },
    async close() {
      await Promise.all([tor.stop(), relay.close(), mailServer.stop()]);
      await end(service);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
