import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { approve, codeIn, confirm, submit, waitForSheets } from "../journeys/signatory.ts";
import { openRepository } from "../support/campaigns/repository.ts";
import { people } from "../support/fixtures.ts";
import { unknownFiles } from "../support/project/retention.ts";
import { startMailServer } from "../support/servers/mail-server.ts";
import {
  freePort,
  makeDataDir,
  removeDataDir,
  runCommand,
  type Service,
  startService,
} from "../support/servers/service.ts";
import { root } from "../support/source.ts";

let dataDir: string;
let running: Service[];
beforeEach(() => {
  dataDir = makeDataDir();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((service) => service.kill()));
  removeDataDir(dataDir);
});

async function start(options: Parameters<typeof startService>[0] = {}): Promise<Service> {
  const service = await startService({ dataDir, ...options });
  running.push(service);
  return service;
}

/** What a start says that ends at once. */
async function refusal(settings: Record<string, string>, project = root): Promise<string> {
  const { stdout, stderr, code } = await runCommand("start", [], { DATA_DIR: dataDir, ...settings }, project);
  expect(stdout).not.toContain("ready");
  expect(code, stderr).toBe(1);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  return stderr;
}

describe("npm start", () => {
  it("says in one line of its own that it is ready, and answers", async () => {
    // A proxy that the environment names leads elsewhere, and is not asked about this machine.
    const service = await start({ settings: { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: "http://127.0.0.1:9" } });
    expect(service.output()).toMatch(/^undersigned \d+\.\d+\.\d+$/m);
    expect(service.output()).toContain(`\nready ${service.origin}/\n`);
    expect(service.output()).toMatch(/mail is captured, not sent: \S+\/inbox\/\?key=[\w-]{22}\n/);
    for (const path of ["healthz", "readyz", "fa/", "en/sign/", "count.json", "ledger/checkpoint"]) {
      expect((await fetch(`${service.origin}/${path}`)).status, path).toBe(200);
    }
    expect(unknownFiles([...readdirSync(dataDir), ...readdirSync(join(dataDir, "keys"))])).toEqual([]);
    // It ends once another service has its campaign.
    openRepository(join(dataDir, "campaign.git")).git("update-ref", "refs/undersigned/service", "refs/heads/main");
    await expect.poll(service.output).toMatch(/\nerror: another service runs for this campaign now, [^\n]+\n$/);
    await expect.poll(() => fetch(`${service.origin}/healthz`).catch(() => "ended")).toBe("ended");
  });

  it("refuses a data folder in which another start works, which goes on", async () => {
    const service = await start();
    const before = service.output();
    expect(await refusal({ PORT: String(await freePort()) })).toContain("another program works in this data folder");
    expect((await fetch(`${service.origin}/readyz`)).status).toBe(200);
    // The same campaign from a copy of the folder, whose lock is another: such as a disk that two machines share.
    const copy = join(dataDir, "copy");
    cpSync(join(dataDir, "keys"), join(copy, "keys"), { recursive: true });
    cpSync(join(dataDir, "demo-custodian"), join(copy, "demo-custodian"), { recursive: true });
    symlinkSync(join(dataDir, "campaign.git"), join(copy, "campaign.git"));
    const second = await refusal({ DATA_DIR: copy, PORT: String(await freePort()) });
    expect(second).toContain("another service runs for this campaign");
    expect((await fetch(`${service.origin}/readyz`)).status).toBe(200);
    expect(service.output()).toBe(before);
    const { lang, name, place, email } = people.sara;
    await submit(service.origin, { lang, shown: "name", name, place, email });
    await service.stop();
    running = [];
    await start();
  });

  it("is a trial until campaign.yaml says who is responsible, and makes nothing before", async () => {
    const { stderr } = await runCommand("start", [], { DATA_DIR: dataDir, SITE_URL: "https://letter.amnesty.net" });
    expect(stderr).toMatch(/^error: content\/campaign\.yaml: responsible: write who is responsible [^\n]+\n$/);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it.each([
    ["PORT", {}],
    ["METRICS_PORT", { PORT: "0" }],
    ["ONION_PORT", { PORT: "0" }],
  ])("refuses a port that is taken, and ends: %s", async (name, more) => {
    const other = createServer().listen(0);
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    try {
      const said = await refusal({ ...more, [name]: String(port) });
      expect(said).toContain(`port ${port} is taken: stop what listens there, or set ${name} to`);
    } finally {
      other.close();
    }
  });

  it.each([
    ["PORT", "eighty"],
    ["FILE_EVERY", "often"],
    ["FILE_AT_LEAST", "none"],
    ["MAIL_URL", "https://mail.example"],
    ["GIT_HOST", "nowhere"],
    ["SITE_URL", "my.site.example"],
  ])("refuses a setting that means nothing: %s", async (name, value) => {
    const line = await refusal({ PORT: String(await freePort()), [name]: value });
    expect(line).toContain(`error: ${name}: `);
    // It may be a password.
    expect(line).not.toContain(value);
  });

  it.each(["SIGHUP", "SIGTERM"] as const)("ends with everything it has started on %s", async (signal) => {
    const service = await start();
    const kept = await fetch(`${service.origin}/en/`);
    await kept.arrayBuffer();
    await service.stop(signal);
    running = [];
    await expect(fetch(`${service.origin}/healthz`)).rejects.toThrow();
  });

  it("ends in the same way while it builds the site", async () => {
    const mailServer = await startMailServer();
    try {
      const service = await start({ settings: { MAIL_URL: mailServer.url, FILE_EVERY: "100ms" } });
      const { lang, name, place, email } = people.sara;
      const asked = await submit(service.origin, { lang, shown: "name", name, place, email });
      await confirm(service.origin, asked, codeIn(await mailServer.waitForMail(email)));
      // By the time that the command is over the sheet is accepted, and the build is about to begin or under way.
      await approve(service, await waitForSheets(service, 1));
      await sleep(300);
      await service.stop();
      running = [];
    } finally {
      await mailServer.stop();
    }
  });

  it.each([
    ["Ctrl-C, which reaches npm and all below it", "SIGINT", -1],
    ["a signal that reaches only npm", "SIGTERM", 1],
    ["an interrupt that reaches only npm", "SIGINT", 1],
  ] as const)("is ended through npm too, by %s", async (_what, signal, reach) => {
    const env = { ...process.env, DATA_DIR: dataDir, PORT: String(await freePort()) };
    const child = spawn("npm", ["start"], { cwd: root, env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
    const ended = once(child, "exit");
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    await expect.poll(() => output).toContain("\nready ");
    process.kill(reach * child.pid!, signal);
    // How npm itself ends is between npm and the shell that it starts.
    expect(await Promise.race([ended, sleep(10_000, "still running")])).not.toBe("still running");
    await expect.poll(() => output).toMatch(/\nstopping …\n$/);
    await expect.poll(() => isRunning(-child.pid!)).toBe(false);
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
