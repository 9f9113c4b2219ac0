import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { getOverSocks } from "../../../scripts/outside/tor/socks.ts";
import { findProgram } from "./programs.ts";
import { freePort } from "./service.ts";

/** A whole Tor network on this machine: authorities, relays, exits, a client and an onion service. Nothing leaves it. */
export type PrivateTor = {
  /** the onion service's host */
  readonly onion: string;
  /** the port of the client's SOCKS proxy */
  readonly socks: number;
  /** Resolves once the client reaches the onion service, where a server must listen. */
  reached(): Promise<void>;
  /** everything that the programs have logged */
  logs(): string;
  stop(): Promise<void>;
};

const tor = findProgram("tor");
const gencert = findProgram("tor-gencert");
/** Debian's Tor, where it is on this machine. */
export const hasTor = tor !== undefined && gencert !== undefined;

type Role = "auth" | "middle" | "exit" | "hs" | "client";
const ROLES: readonly Role[] = ["auth", "auth", "auth", "middle", "middle", "middle", "exit", "exit", "hs", "client"];
type Relay = {
  readonly name: string;
  readonly role: Role;
  readonly ip: string;
  readonly data: string;
  readonly or: number;
  readonly dir: number;
};

/**
 * Starts the network; it takes half a minute until the client has its circuits.
 *
 * @param torrc the operator's file, with the paths and ports of this test
 */
export async function startPrivateTor(folder: string, torrc: string): Promise<PrivateTor> {
  const relays: Relay[] = [];
  for (const [n, role] of ROLES.entries()) {
    const data = join(folder, `${role}${n}`);
    mkdirSync(join(data, "keys"), { recursive: true, mode: 0o700 });
    const [or, dir] = [await freePort(), await freePort()];
    relays.push({ name: `${role}${n}`, role, ip: `127.0.0.${20 + n}`, data, or, dir });
  }
  const socks = await freePort();
  const known = relays.filter(({ role }) => role !== "hs" && role !== "client");
  const fingerprints = new Map(known.map((relay) => [relay, fingerprintOf(relay)]));
  const authorities = known
    .filter(({ role }) => role === "auth")
    .map((relay) => authorityLine(relay, fingerprints.get(relay)!));
  // Without measured weights the first consensus gives nearly everybody 0, and no circuit can be built for minutes.
  const weights = join(folder, "weights");
  const measured = [...fingerprints.values()].map((fingerprint) => `node_id=$${fingerprint} bw=1000\n`);
  writeFileSync(weights, `${Math.floor(Date.now() / 1000)}\n${measured.join("")}`);
  const exits = known.filter(({ role }) => role === "exit").map((relay) => `$${fingerprints.get(relay)}`);

  const parts: Record<Role, (relay: Relay) => string> = {
    auth: (relay) => relayLines(relay) + authorityLines(relay, { weights, exits: exits.join(",") }),
    middle: (relay) => `${relayLines(relay)}ExitRelay 0\nExitPolicy reject *:*\n`,
    exit: (relay) => `${relayLines(relay)}ExitRelay 1\nExitPolicyRejectPrivate 0\nExitPolicy accept *:*\n`,
    hs: () => torrc,
    client: () => `SocksPort 127.0.0.1:${socks}\nClientRejectInternalAddresses 0\n`,
  };
  const children: ChildProcess[] = [];
  // Nothing outlives the tests, however they end.
  process.once("exit", () => {
    for (const child of children) child.kill("SIGKILL");
  });
  const start = (those: readonly Relay[]) => {
    for (const relay of those) {
      const file = join(relay.data, "torrc");
      writeFileSync(file, commonLines(relay, authorities) + parts[relay.role](relay));
      const log = openSync(join(relay.data, "log"), "a");
      children.push(spawn(tor!, ["-f", file, "--defaults-torrc", "/nonexistent"], { stdio: ["ignore", log, log] }));
    }
  };
  const textOf = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");
  const logs = () => relays.map(({ data }) => textOf(join(data, "log"))).join("");
  const stop = async () => void (await Promise.all(children.map(end)));
  try {
    start(known);
    // On a busy machine the first consensus misses relays, and a client that has read it waits long for the next one.
    await until(() => isWhole(textOf(join(relays[0]!.data, "cached-microdesc-consensus")), known.length), 240);
    start(relays.filter((relay) => !known.includes(relay)));
    const hostname = join(/^HiddenServiceDir (.*)$/m.exec(torrc)![1]!, "hostname");
    await until(() => existsSync(hostname), 60);
    const client = join(relays.find(({ role }) => role === "client")!.data, "log");
    await until(() => textOf(client).includes("Bootstrapped 100%"), 180);
    const onion = readFileSync(hostname, "utf8").trim();
    const get = getOverSocks({ host: "127.0.0.1", port: socks });
    const answers = () =>
      get(new URL(`http://${onion}/healthz`), AbortSignal.timeout(20_000)).then(
        ({ ok }) => ok,
        () => false,
      );
    return { onion, socks, reached: () => until(answers, 180), logs, stop };
  } catch (cause) {
    await stop();
    throw new Error(`the private Tor network did not start:\n${logs().slice(-4000)}`, { cause });
  }
}

/** Whether a consensus has every relay, with weights, and two exits. */
function isWhole(consensus: string, relays: number): boolean {
  const count = (line: RegExp) => consensus.match(line)?.length ?? 0;
  return count(/^r /gm) === relays && count(/^s Exit /gm) === 2 && count(/^w Bandwidth=1000$/gm) >= relays - 3;
}

async function until(test: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await test())) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s`);
    await sleep(250);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Makes the identity of a relay. */
function fingerprintOf({ data, or, name }: Relay): string {
  const nobody = ["--DirAuthority", `x 127.0.0.1:1 ${"f".repeat(40)}`];
  const place = ["--DataDirectory", data, "--ORPort", String(or), "--Nickname", name, ...nobody];
  const quiet = ["--quiet", "--list-fingerprint", "--ignore-missing-torrc", "-f", "/nonexistent"];
  const said = execFileSync(tor!, [...quiet, "--defaults-torrc", "/nonexistent", ...place], { encoding: "utf8" });
  return said.trim().split("\n").at(-1)!.replace(/^\S+ /, "").replaceAll(" ", "");
}

/** Makes the keys of an authority. @returns the line by which the others know it */
function authorityLine({ data, ip, dir, or, name }: Relay, fingerprint: string): string {
  const names = ["-i", "authority_identity_key", "-s", "authority_signing_key", "-c", "authority_certificate"];
  const args = ["--create-identity-key", "--passphrase-fd", "0", "-m", "12", "-a", `${ip}:${dir}`, ...names];
  execFileSync(gencert!, args, { cwd: join(data, "keys"), input: "test\n", stdio: ["pipe", "ignore", "ignore"] });
  const certificate = readFileSync(join(data, "keys/authority_certificate"), "utf8");
  const identity = /^fingerprint (\w+)$/m.exec(certificate)![1];
  return `DirAuthority ${name} orport=${or} no-v2 v3ident=${identity} ${ip}:${dir} ${fingerprint}\n`;
}

const commonLines = ({ data, name }: Relay, authorities: readonly string[]) => `TestingTorNetwork 1
DataDirectory ${data}
Nickname ${name}
Log notice stdout
AddressDisableIPv6 1
PathsNeededToBuildCircuits 0.67
V3AuthNIntervalsValid 30
AssumeReachable 1
${authorities.join("")}`;

const relayLines = ({ ip, or }: Relay) => `SocksPort 0
ORPort ${ip}:${or} IPv4Only
Address ${ip}
OutboundBindAddress ${ip}
ContactInfo test@example.invalid
`;

const authorityLines = ({ ip, dir }: Relay, given: { weights: string; exits: string }) => `DirPort ${ip}:${dir} IPv4Only
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
ExitPolicy reject *:*
TestingV3AuthInitialVotingInterval 20
TestingV3AuthInitialVoteDelay 4
TestingV3AuthInitialDistDelay 4
V3AuthVotingInterval 20
V3AuthVoteDelay 4
V3AuthDistDelay 4
V3BandwidthsFile ${given.weights}
TestingDirAuthVoteExit ${given.exits}
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
TestingMinExitFlagThreshold 0
MinUptimeHidServDirectoryV2 0
`;
