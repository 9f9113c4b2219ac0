import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readSettings } from "../../../scripts/outside/settings.ts";
import { root } from "../../support/source.ts";
import { serverFile } from "./server-files.ts";

const folder = join(root, ".github/operations/server");
const service = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  env_file: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
});
const composed = z.object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.unknown()) });

/** The words of an instruction whose arguments are a list. */
const wordsOf = (file: string, instruction: string): string[] =>
  z.array(z.string()).parse(JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, "m").exec(file)?.[1] ?? ""));

describe("the container of the form service", () => {
  const file = serverFile("Containerfile");

  it("starts what the unit of systemd starts", () => {
    const unit = /^ExecStart=(.*)$/m.exec(serverFile("undersigned.service"))?.[1] ?? "";
    expect(wordsOf(file, "CMD").slice(1)).toEqual(unit.split(" ").slice(1));
  });

  it("keeps its data outside, and does not run as root", () => {
    const dataDir = /^ENV DATA_DIR=(\S+)/m.exec(file)?.[1];
    expect(file).toContain(`\nVOLUME ${dataDir}\n`);
    const lines = file.split("\n");
    expect(lines.findIndex((line) => line.startsWith("USER node"))).toBeLessThan(
      lines.findIndex((line) => line.startsWith("CMD")),
    );
  });

  it("takes nothing of the machine on which it is made", () => {
    const ignored = serverFile("Containerfile.dockerignore").trim().split("\n");
    for (const name of [".git", ".data", "node_modules", "_site"]) expect(ignored).toContain(name);
  });
});

describe("service, database and proxy together", () => {
  const { services, volumes } = composed.parse(parse(serverFile("compose.yaml")));

  it("name files and volumes that there are", () => {
    const { build } = services.service!;
    expect(join(folder, build!.context)).toBe(root);
    expect(existsSync(join(folder, build!.context, build!.dockerfile))).toBe(true);
    for (const [name, { volumes: used }] of Object.entries(services)) {
      for (const [from = ""] of used.map((volume) => volume.split(":")))
        expect([name, from.startsWith("./") ? existsSync(join(folder, from)) : from in volumes]).toEqual([name, true]);
    }
  });

  it("open the proxy's ports and no others, and keep the service on its own network", () => {
    const open = Object.entries(services).flatMap(([name, { ports }]) => ports.map((port) => [name, port]));
    expect(open).toEqual([
      ["service", "80:80"],
      ["service", "443:443"],
    ]);
    expect(services.proxy!.network_mode).toBe("service:service");
    expect(services.service!.environment.HOST).toBe("127.0.0.1");
    expect(serverFile("Caddyfile")).toContain("reverse_proxy 127.0.0.1:8080");
  });
});

describe("the example of settings", () => {
  const lines = serverFile("settings.env.example").split("\n");
  const named = lines.flatMap((line) => /^#?([A-Z_]+)=(.*)$/.exec(line)?.slice(1) ?? []);
  const pairs = Array.from({ length: named.length / 2 }, (_, i) => [named[2 * i]!, named[2 * i + 1]!] as const);

  it("holds settings that there are, in the form in which they are read", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    expect(pairs.length).toBeGreaterThan(10);
    for (const [name] of pairs) expect(readme, name).toMatch(new RegExp(`^\\|[^|]*\`${name}\``, "m"));
    // The keys are files of the operator's machine.
    const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
    const values = pairs.map(([name, value]) => [name, name.endsWith("_KEY") ? String(pem) : value]);
    expect(readSettings(Object.fromEntries(values))).toMatchObject({
      gitHost: { kind: "github" },
      serviceUrl: "https://sign.example.org",
      onionPort: 8081,
      trustProxy: true,
      mailsAnHour: 900,
      database: { kind: "postgres" },
    });
  });
});
