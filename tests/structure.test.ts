import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkLock, checkPins, type Lock, type Manifest } from "./support/project/manifest.ts";
import { checkMessages } from "./support/project/messages.ts";
import { checkProse, checkRead } from "./support/project/prose.ts";
import { checkPurity } from "./support/project/purity.ts";
import {
  checkEntries,
  checkFolders,
  checkImports,
  checkPath,
  findCircles,
  findCirclesOfRooms,
} from "./support/project/rooms.ts";
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
    const assets = ["page.js", "sign.js", "typing.js", "verify.js"].map((name) => readSource(`content/assets/${name}`));
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

  it("has no circle of rooms", () => {
    expect(findCirclesOfRooms([...scripts, ...readSources("content")])).toEqual([]);
    const rooms = [
      { path: "scripts/mail.ts", text: 'import { a } from "./in/a.ts";' },
      { path: "scripts/in/a.ts", text: 'import { b } from "../out/b.ts";' },
      { path: "scripts/out/b.ts", text: "" },
      { path: "scripts/out/c.ts", text: 'import { d } from "../in/d.ts";' },
      { path: "scripts/in/d.ts", text: "" },
    ];
    expect(findCirclesOfRooms(rooms)).toEqual(["scripts/in → scripts/out → scripts/in"]);
    expect(findCirclesOfRooms(rooms.slice(0, 3))).toEqual([]);
  });

  it("has no folder in which nobody finds anything", () => {
    expect(checkFolders([...scripts, ...readSources("tests"), ...readSources("content")])).toEqual([]);
    const files = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ path: `scripts/letter/${i}.ts`, text: "" }));
    expect(checkFolders(files(24))).toEqual([]);
    expect(checkFolders(files(25))).toHaveLength(1);
  });

  it("keeps the entries of commands and workflows so short that they hold no rules", () => {
    expect(checkEntries(scripts)).toEqual([]);
    const entry = (path: string, lines: number) => ({ path, text: "x();\n".repeat(lines) });
    expect(checkEntries([entry("scripts/cli/purge.ts", 60), entry("scripts/cli/start/run.ts", 61)])).toEqual([]);
    expect(checkEntries([entry("scripts/cli/purge.ts", 61), entry("scripts/actions/code.ts", 61)])).toHaveLength(2);
  });

  it("keeps files, network, environment, clock and randomness out of letter/", () => {
    const letter = scripts.filter((source) => source.path.startsWith("scripts/letter/"));
    expect(letter.length).toBeGreaterThan(0);
    expect(letter.flatMap(checkPurity)).toEqual([]);
  });

  it("decides nothing by the text of a message, but where another program gives nothing else", () => {
    const foreign = ["scripts/outside/database/trouble.ts", "scripts/outside/github/refusal.ts"];
    const found = scripts.filter(({ path }) => !foreign.includes(path)).flatMap(checkMessages);
    expect(found).toEqual([]);
  });

  it("lists no code of an error that nothing throws", () => {
    const list = "scripts/letter/bytes/error.ts";
    const codes = [...readSource(list).text.matchAll(/^ {2}\| "([^"]+)"/gm)].map(([, code = ""]) => code);
    expect(codes).toContain("git");
    expect(codes).toEqual([...new Set(codes)]);
    const others = scripts.filter(({ path, text }) => path !== list && text.includes("LetterError"));
    expect(codes.filter((code) => !others.some(({ text }) => text.includes(`"${code}"`)))).toEqual([]);
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
    ["scripts/letter/signature/row.ts", 'import { readClock } from "../../outside/clock.ts";'],
    ["scripts/letter/signature/row.ts", 'import type { Clock } from "../../outside/clock.ts";'],
    ["scripts/letter/signature/row.ts", 'export * from "../../outside/clock.ts";'],
    ["scripts/letter/signature/row.ts", 'type Clock = import("../../outside/clock.ts").Clock;'],
    ["scripts/outside/git/run.ts", 'await import("../../form-service/filing.ts");'],
    ["scripts/outside/git/run.ts", 'import { page } from "../../site/views/page.ts";'],
    ["scripts/form-service/web/app.ts", 'import { accept } from "../../actions/accept.ts";'],
    ["scripts/form-service/web/app.ts", 'import { build } from "../../site/build.ts";'],
    ["scripts/actions/accept.ts", 'import { file } from "../form-service/filing.ts";'],
    ["scripts/accept/merge.ts", 'import { bag } from "../handover/public-bag.ts";'],
    ["scripts/handover/purge.ts", 'import { store } from "../form-service/store/schema.ts";'],
    ["scripts/letter/bytes/key.ts", 'import { parseRow } from "../signature/row.ts";'],
    ["scripts/outside/git/run.ts", 'import { api } from "../github/api.ts";'],
    ["scripts/outside/github/api.ts", 'import { rule } from "./setup/survey.ts";'],
    ["scripts/form-service/limits/room.ts", 'import { submit } from "../signing/submissions.ts";'],
    ["scripts/site/views/html.ts", 'import { page } from "./pages/sign-page.ts";'],
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
    ["scripts/letter/signature/row.ts", 'import { parseTable } from "./table.ts"; import { z } from "zod";'],
    [
      "scripts/outside/git/run.ts",
      'import { spawn } from "node:child_process"; import { id } from "../../letter/id.ts";',
    ],
    ["scripts/form-service/web/app.ts", 'import { page } from "../../site/views/page.ts";'],
    ["scripts/site/build.ts", 'import { page } from "./views/page.ts";'],
    ["scripts/letter/signature/row.ts", 'import { formatKey } from "../bytes/key.ts"; import { a } from "./name.ts";'],
    [
      "scripts/outside/github/setup/survey.ts",
      'import { api } from "../api.ts"; import { clock } from "../../clock.ts";',
    ],
    ["scripts/handover/public-bag.ts", 'import { openLocalCampaign } from "../accept/local-campaign.ts";'],
    ["scripts/accept/on-github.ts", 'import { page } from "../site/views/pages/sign-page.ts";'],
    ["scripts/cli/start.ts", 'import { app } from "../form-service/app.ts"; import type { T } from "vitest";'],
    [".eleventy.js", 'const { build } = await import("./scripts/site/build.ts");'],
  ])("lets pass in %s: %s", (path, text) => {
    expect(check(path, text)).toBe(0);
  });
});

describe("the check of letter/", () => {
  const check = (text: string) => checkPurity({ path: "scripts/letter/signature/row.ts", text }).length;

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

describe("the check of comments", () => {
  const check = (text: string) => checkProse({ path: "scripts/letter/row.ts", text });

  it.each([
    "// Whoever asks gets an answer.",
    "/** What stands there. */",
    "const x = [\n  // made anew\n  1,\n];",
    "f(); // An id alone.",
    "/* A row that is none. */",
    "type T = {\n  /** how to mend it */\n  readonly mend: string;\n};",
  ])("refuses %j", (text) => {
    expect(check(text)).toHaveLength(1);
    expect(check(text)[0]).toMatch(/^scripts\/letter\/row\.ts:\d+: ".+" in a comment\. Better: /);
  });

  it.each([
    'const whoever = "it stands alone";',
    "// The stand-in answers, and stands for GitHub; undefined if there is none.",
    "// `mend` says what to do.",
  ])("lets pass %j", (text) => {
    expect(check(text)).toEqual([]);
  });
});

describe("the check of what people read", () => {
  const check = (text: string, path = "content/en/how.md") => checkRead({ path, text });

  it.each([
    "Whoever signs is counted.",
    '    text: "Your name stands on the list.",',
    "Write an e-mail.",
    "You need not give a reason.",
    "It is kept for ever.",
    "Nobody slipped in a row.",
    "We cannot call back copies.",
    "What has become of it.",
    "The data are deleted.",
    "A phone, not a telephone.",
  ])("refuses %j", (text) => {
    expect(check(text)).toHaveLength(1);
    expect(check(text)[0]).toMatch(/^content\/en\/how\.md:1: ".+" in what people read\. Better: /);
  });

  it.each(["You do not have to carry it alone.", "`data are` is code.", "    mend: {"])("lets pass %j", (text) => {
    expect(check(text)).toEqual([]);
  });

  it("leaves the letter as its authors wrote it", () => {
    expect(check("The regime stands.", "content/en/letter.md")).toEqual([]);
  });
});

describe("the check of messages", () => {
  const check = (text: string) => checkMessages({ path: "scripts/letter/signature/row.ts", text }).length;

  it.each([
    'cause.message.startsWith("row 1: ");',
    '(cause as Error).message.includes("no answer");',
    'problem?.message?.endsWith("later");',
    "cause.message!.match(/row/);",
    '(message ?? "").indexOf("row");',
    "/\\(5\\d\\d\\)/.test(cause.message);",
    "PG.exec(message);",
    'if (cause.message === "row 1") refuse();',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source that is checked holds one
    "const mine = `row ${i}` !== cause.message;",
  ])("refuses %s", (text) => {
    expect(check(text)).toBe(1);
  });

  it.each([
    'cause.code === "row";',
    "cause.message === undefined;",
    'cause.message.split(". ")[0];',
    'message.trimEnd().split("\\n").includes(MARK);',
    'messages.includes("row");',
    'log.warn({ test: cause.message }, "tested");',
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
    expect(checkPath("scripts/letter/signature/row.ts")).toEqual([]);
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
