import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkLock, checkPins, type Lock, type Manifest } from "./support/manifest.ts";
import { checkPurity } from "./support/purity.ts";
import { checkImports, checkPath, findCircles } from "./support/rooms.ts";
import { readSource, readSources, root } from "./support/source.ts";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
const scripts = readSources("scripts");
const packages = Object.keys(manifest.dependencies ?? {});
// Run by hand to make files that are kept in the tree, so they may use what an installation for production leaves out.
const workshop = new Set(["scripts/cli/fonts.ts"]);
const tools = [...packages, ...Object.keys(manifest.devDependencies ?? {})];

describe("the project", () => {
  it("keeps the direction of imports", () => {
    const configuration = existsSync(join(root, ".eleventy.js")) ? [readSource(".eleventy.js")] : [];
    const sources = [...scripts, ...readSources("content"), ...configuration];
    const problems = sources.flatMap((source) => checkImports(source, workshop.has(source.path) ? tools : packages));
    expect(problems).toEqual([]);
  });

  it("cuts no verifier key at every plus sign, for its base64 may hold some", () => {
    const assets = ["page.js", "sign.js", "verify.js"].map((name) => readSource(`content/assets/${name}`));
    const cuts = (text: string) => /split\((["'`])\+\1\)|split\(\/\\\+\//.test(text);
    expect(['key.split("+")', "key.split('+')", "key.split(/\\+/)"].map(cuts)).toEqual([true, true, true]);
    const sources = [...scripts, ...readSources("content"), ...readSources("tests"), ...assets];
    const found = sources.filter(({ path, text }) => path !== "tests/structure.test.ts" && cuts(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  it("has no circle of imports", () => {
    expect(findCircles([...scripts, ...readSources("content")])).toEqual([]);
    const circle = [
      { path: "scripts/a.ts", text: 'import { b } from "./in/b.ts"; import { c } from "./c.ts";' },
      { path: "scripts/in/b.ts", text: 'import type { C } from "../c.ts";' },
      { path: "scripts/c.ts", text: 'export * from "./in/b.ts";' },
    ];
    expect(findCircles(circle)).toEqual(["scripts/in/b.ts → scripts/c.ts → scripts/in/b.ts"]);
    expect(findCircles(circle.slice(0, 2))).toEqual([]);
  });

  it("keeps files, network, environment, clock and randomness out of letter/", () => {
    const letter = scripts.filter((source) => source.path.startsWith("scripts/letter/"));
    expect(letter.length).toBeGreaterThan(0);
    expect(letter.flatMap(checkPurity)).toEqual([]);
  });

  it("has no file or folder whose name says nothing", () => {
    expect([...scripts, ...readSources("tests")].flatMap(({ path }) => checkPath(path))).toEqual([]);
  });

  it("pins every version exactly", () => {
    expect(checkPins(manifest)).toEqual([]);
  });

  it("locks every package of every platform by its digest, without an address or an install script", () => {
    expect(checkLock(lock)).toEqual([]);
    const apart = JSON.parse(readFileSync(join(root, ".ci/page-tools/package-lock.json"), "utf8")) as Lock;
    expect(checkLock(apart)).toEqual([]);
  });

  it("names no registry", () => {
    expect(readFileSync(join(root, ".npmrc"), "utf8")).not.toMatch(/registry\s*=|_auth/);
  });

  it("has a file for every command, and a command in continuous integration for every check", () => {
    const commands = Object.values(manifest.scripts ?? {}).flatMap((script) => script.match(/^node (\S+)/)?.[1] ?? []);
    expect(commands.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const checks = [...(manifest.scripts?.["check:rest"] ?? "").matchAll(/npm run (\S+)/g)].map(([, name]) => name);
    const run = readFileSync(join(root, ".ci/run"), "utf8");
    expect(checks.length).toBeGreaterThan(0);
    expect(run).toContain(`for name in ${checks.join(" ")}; do`);
  });
});

describe("the check of imports", () => {
  const check = (path: string, text: string) => checkImports({ path, text }, ["zod"]).length;

  it.each([
    ["scripts/letter/row.ts", 'import { readClock } from "../outside/clock.ts";'],
    ["scripts/letter/row.ts", 'import type { Clock } from "../outside/clock.ts";'],
    ["scripts/letter/row.ts", 'export * from "../outside/clock.ts";'],
    ["scripts/letter/row.ts", 'type Clock = import("../outside/clock.ts").Clock;'],
    ["scripts/outside/git.ts", 'await import("../form-service/filing.ts");'],
    ["scripts/outside/git.ts", 'import { page } from "../site/views/page.ts";'],
    ["scripts/form-service/app.ts", 'import { accept } from "../actions/accept.ts";'],
    ["scripts/form-service/app.ts", 'import { build } from "../site/build.ts";'],
    ["scripts/actions/accept.ts", 'import { file } from "../form-service/filing.ts";'],
    ["scripts/site/build.ts", 'import { app } from "../form-service/app.ts";'],
    ["scripts/site/build.ts", 'import { run } from "../cli/start.ts";'],
    ["scripts/site/views/page.ts", 'import { run } from "../../cli/start.ts";'],
    ["content/layouts/page.11ty.ts", 'import { app } from "../../scripts/form-service/app.ts";'],
    [".eleventy.js", 'import { run } from "./scripts/cli/start.ts";'],
    ["scripts/cli/start.ts", 'import { makeRepository } from "../../tests/support/repository.ts";'],
    ["scripts/cli/start.ts", "await import(name);"],
    ["scripts/cli/start.ts", 'import { test } from "vitest";'],
    ["scripts/cli/start.ts", 'import zod from "@zod/core";'],
    ["scripts/attic/start.ts", ""],
    ["scripts/start.ts", ""],
  ])("refuses in %s: %s", (path, text) => {
    expect(check(path, text)).toBe(1);
  });

  it.each([
    ["scripts/letter/row.ts", 'import { parseTable } from "./table.ts"; import { z } from "zod";'],
    ["scripts/outside/git.ts", 'import { spawn } from "node:child_process"; import { id } from "../letter/id.ts";'],
    ["scripts/form-service/app.ts", 'import { page } from "../site/views/page.ts";'],
    ["scripts/site/build.ts", 'import { page } from "./views/page.ts";'],
    ["scripts/cli/start.ts", 'import { app } from "../form-service/app.ts"; import type { T } from "vitest";'],
    [".eleventy.js", 'const { build } = await import("./scripts/site/build.ts");'],
  ])("lets pass in %s: %s", (path, text) => {
    expect(check(path, text)).toBe(0);
  });
});

describe("the check of letter/", () => {
  const check = (text: string) => checkPurity({ path: "scripts/letter/row.ts", text }).length;

  it.each([
    'import { readFileSync } from "node:fs";',
    'import { readFileSync } from "fs";',
    'import { connect } from "node:net";',
    'import { randomBytes } from "node:crypto";',
    'import * as crypto from "node:crypto"; crypto["randomBytes"](16);',
    'import { Encrypter } from "age-encryption";',
    "process.env.PORT;",
    'globalThis["process"];',
    "Date.now();",
    'Date["now"]();',
    "const { now } = Date;",
    "new Date();",
    "new Date;",
    "Date();",
    "Math.random();",
    "crypto.randomUUID();",
    "new Date(0).getHours();",
    'fetch("https://example.org/");',
    'console.log("here");',
    "import.meta.dirname;",
  ])("refuses %s", (text) => {
    expect(check(text)).toBe(1);
  });

  it.each([
    'import { createHash, hkdfSync, sign, verify } from "node:crypto";',
    "new Date(0).toISOString();",
    "Date.UTC(2026, 10, 22);",
    "Math.max(1, 2);",
    "const state = { process: 1, now: 2 }; state.process;",
    "type Step = { process: string; fetch(): void };",
    '"process.env";',
  ])("lets pass %s", (text) => {
    expect(check(text)).toBe(0);
  });
});

describe("the check of names", () => {
  it.each(["scripts/letter/utils.ts", "scripts/helpers/row.ts", "tests/support/index.ts", "scripts/letter/types.ts"])(
    "refuses %s",
    (path) => {
      expect(checkPath(path)).toHaveLength(1);
    },
  );

  it("lets a noun pass", () => {
    expect(checkPath("scripts/letter/row.ts")).toEqual([]);
  });
});

describe("the check of versions", () => {
  it.each(["^1.0.0", "~1.0.0", "1.x", "*", "latest", "file:../zod", "git+ssh://host/zod.git", "npm:other@1.0.0"])(
    "refuses %s",
    (version) => {
      expect(checkPins({ devDependencies: { zod: version } })).toHaveLength(1);
      expect(checkPins({ overrides: { eleventy: { zod: version } } })).toHaveLength(1);
    },
  );

  it("refuses a lock that names an address, lacks a digest or a platform, links, or runs scripts", () => {
    const good = { version: "1.0.0", integrity: "sha512-AAAA" };
    const check = (locked: object) => checkLock({ packages: { "": {}, "node_modules/zod": { ...good, ...locked } } });
    expect(check({})).toEqual([]);
    expect(check({ resolved: "https://registry.example/zod.tgz" })).toHaveLength(1);
    expect(check({ integrity: "sha1-AAAA" })).toHaveLength(1);
    expect(check({ link: true })).toHaveLength(1);
    expect(check({ hasInstallScript: true })).toHaveLength(1);
    expect(check({ optionalDependencies: { "zod-linux-x64": "1.0.0" } })).toHaveLength(1);
  });
});
