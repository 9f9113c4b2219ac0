import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeBackupKey } from "../../../scripts/form-service/store/written-backup.ts";
import { invent } from "../../letter/invented.ts";
import { makeHandoverCampaign } from "../../support/campaigns/handover.ts";
import { findProgram } from "../../support/servers/programs.ts";
import { freePort } from "../../support/servers/service.ts";
import { root } from "../../support/source.ts";
import { changed, serverFile } from "./server-files.ts";

const analyze = findProgram("systemd-analyze");
const names = readdirSync(join(root, ".github/operations/server")).filter((name) => /\.(service|timer)$/.test(name));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "undersigned-units-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The values of a setting, in their order. */
const valuesOf = (unit: string, setting: string) =>
  [...unit.matchAll(new RegExp(`^${setting}=(.*)$`, "gm"))].map(([, value]) => value!);

describe("the units of systemd", () => {
  it.skipIf(analyze === undefined)("are what systemd takes, without a word of complaint", () => {
    expect(names).toHaveLength(5);
    for (const name of names) {
      const text = serverFile(name);
      writeFileSync(join(folder, name), text.replaceAll("/srv/undersigned/node_modules", `${root}/node_modules`));
    }
    for (const name of names) {
      const said = execFileSync(analyze!, ["verify", join(folder, name)], { encoding: "utf8", stdio: "pipe" });
      expect(said, name).toBe("");
    }
    expect(() => {
      writeFileSync(
        join(folder, "wrong.service"),
        changed(serverFile(names[0]!), [[/^ExecStart=.*$/gm, "ExecStart=nothing"]]),
      );
      execFileSync(analyze!, ["verify", join(folder, "wrong.service")], { stdio: "pipe" });
    }).toThrow();
  });

  it.skipIf(analyze === undefined)("leave a service little of the machine to reach", () => {
    const services = names.filter((name) => name.endsWith(".service"));
    const exposureOf = (text: string) => {
      const file = join(folder, "judged.service");
      writeFileSync(file, text);
      const said = execFileSync(analyze!, ["security", "--offline=true", "--no-pager", file], { encoding: "utf8" });
      return Number(/exposure level for judged\.service: ([\d.]+)/.exec(said)?.[1]);
    };
    for (const name of services) expect(exposureOf(serverFile(name)), name).toBeLessThanOrEqual(2);
    expect(exposureOf(changed(serverFile(services[0]!), [[/^SystemCallFilter=.*$/gm, ""]]))).toBeGreaterThan(2);
  });

  it("start the service by the command in the unit, with nothing else set, and end it in time", async () => {
    const unit = serverFile("undersigned.service");
    const [command = ""] = valuesOf(unit, "ExecStart");
    const [seconds = ""] = valuesOf(unit, "TimeoutStopSec");
    const set = valuesOf(unit, "Environment").map((line) => line.replace("/srv/undersigned/.data", folder).split("="));
    const [program = "", ...args] = command.replace("/srv/undersigned", root).split(" ");
    const child = spawn(program, args, {
      cwd: root,
      env: { PATH: "/usr/bin:/bin", ...Object.fromEntries(set), PORT: String(await freePort()) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = once(child, "exit");
    const ready = new Promise<void>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => /^ready /m.test(text) && resolve());
    });
    await Promise.race([ready, ended.then(([code]) => Promise.reject(new Error(`ended with ${code}`)))]);
    const from = performance.now();
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
    expect(performance.now() - from).toBeLessThan(Number(seconds) * 1000);
  });

  it("mirror a campaign by the command in the unit, with what the file of its settings says", async () => {
    const campaign = await makeHandoverCampaign([invent(1)]);
    const unit = serverFile("undersigned-mirror.service");
    const place = join(folder, "mirror");
    const named = [...unit.matchAll(/^# {3}(MIRROR_\w+)=/gm)].map(([, name]) => name);
    const set: Record<string, string> = { MIRROR_PLACE: place, MIRROR_TO: await makeBackupKey(join(folder, "key")) };
    const used = [...unit.matchAll(/\$\{?(MIRROR_\w+)/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual([...new Set(used)].sort());
    const words = valuesOf(unit, "ExecStart")[0]!.replace("/srv/undersigned", root).split(" ");
    const [program = "", ...args] = words.flatMap((word) => {
      const name = /^\$\{?(\w+)\}?$/.exec(word)?.[1];
      return name === undefined ? [word] : (set[name] ?? []);
    });
    execFileSync(program, args, {
      cwd: root,
      env: { PATH: "/usr/bin:/bin", DATA_DIR: campaign.dataDir },
      stdio: "pipe",
    });
    expect(readdirSync(place).filter((name) => /^mirror-[\d-]+\.age$/.test(name))).toHaveLength(1);
    campaign.remove();
  });
});
