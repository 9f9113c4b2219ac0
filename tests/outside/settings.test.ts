import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readSettings } from "../../scripts/outside/settings.ts";

describe("settings", () => {
  it("have defaults for one machine", () => {
    expect(readSettings({ PATH: "/bin", DATA_DIR: "/data" })).toEqual({
      port: 8080,
      host: "127.0.0.1",
      dataDir: "/data",
      metricsPort: undefined,
      trustProxy: false,
      limits: true,
      database: { kind: "sqlite", path: "/data/service.db" },
      mail: { kind: "capture", folder: "/data/mail" },
      mailFrom: "no-reply@localhost",
      mailsAnHour: 6000,
      gitHost: { kind: "local" },
      siteUrl: "http://localhost:8080",
      serviceUrl: "http://localhost:8080",
      fileEvery: 2000,
      fileAtLeast: 1,
      fileAtMost: 200,
      fileAtLatest: 259_200_000,
    });
  });

  it.each(["::1", "::", "0.0.0.0", "127.0.0.2"])("listen where HOST says: %s", (HOST) => {
    expect(readSettings({ HOST }).host).toBe(HOST);
  });

  it("listen at any address where mail is sent", () => {
    const MAIL_URL = "smtp://mail.example.org:25";
    expect(readSettings({ HOST: "2001:db8::7", MAIL_URL }).host).toBe("2001:db8::7");
    expect(readSettings({ HOST: "localhost" }).host).toBe("127.0.0.1");
  });

  it("read what is set; an empty variable is not set", () => {
    const settings = readSettings({
      ...{
        PORT: "0",
        METRICS_PORT: "9100",
        ONION_PORT: "8081",
        TRUST_PROXY: "on",
        LIMITS: "off",
        DATABASE_URL: "sqlite:/srv/a.db",
      },
      ...{ MAIL_URL: "smtp://mail.example.org:25", FILE_EVERY: "6h", FILE_AT_LATEST: "90m", FILE_AT_LEAST: "" },
      MAIL_FROM: "no-reply@codes.example",
      ...{ SITE_URL: "https://letter.example.org/", SERVICE_URL: "https://sign.example.org" },
    });
    expect(settings).toMatchObject({
      ...{
        port: 0,
        metricsPort: 9100,
        onionPort: 8081,
        trustProxy: true,
        limits: false,
        fileEvery: 21_600_000,
        fileAtLatest: 5_400_000,
      },
      ...{ siteUrl: "https://letter.example.org", mailFrom: "no-reply@codes.example", fileAtLeast: 1 },
    });
    expect(settings.database).toEqual({ kind: "sqlite", path: "/srv/a.db" });
  });

  it.each([
    ["PORT", "99999"],
    ["PORT", "8080x"],
    ["HOST", "letter.example.org"],
    ["HOST", "127.0.0.256"],
    ["HOST", "http://127.0.0.1"],
    // Captured mail is shown only to this machine.
    ["HOST", "192.0.2.7"],
    ["HOST", "2001:db8::7"],
    ["DATA_DIR", ""],
    ["DATA_DIR", "  "],
    ["DATA_DIR", "data\0folder"],
    ["METRICS_PORT", "yes"],
    ["ONION_PORT", "8081x"],
    ["TRUST_PROXY", "true"],
    ["LIMITS", "no"],
    ["DATABASE_URL", "mysql://user:hunter2@host/db"],
    ["MAIL_URL", "https://user:hunter2@host"],
    ["MAIL_FROM", "hunter2"],
    ["MAILS_AN_HOUR", "99"],
    ["MAILS_AN_HOUR", "6000 a day"],
    ["MAIL_DKIM_KEY", "/nowhere/hunter2.pem"],
    ["MAIL_DKIM_SELECTOR", "hunter2._domainkey"],
    ["GIT_HOST", "hunter2"],
    ["SITE_URL", "letter.example.org"],
    ["SERVICE_URL", "https://user:hunter2@host/"],
    ["FILE_EVERY", "6"],
    ["FILE_EVERY", "6 hours"],
    ["FILE_AT_LEAST", "0"],
    ["FILE_AT_LEAST", "201"],
    ["FILE_AT_MOST", "5000"],
  ])("refuse %s=%s in one line that says what to write and repeats nothing", (name, value) => {
    const read = () => readSettings({ [name]: value });
    expect(read).toThrow(new RegExp(`^${name}: (write|.*write) [^\\n]+$`));
    expect(read).not.toThrow(/hunter2/);
  });
});

describe("settings with GitHub", () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    // As GitHub hands them out.
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const folder = mkdtempSync(join(tmpdir(), "undersigned-settings-"));
  const file = join(folder, "app.pem");
  writeFileSync(file, privateKey);
  afterAll(() => rmSync(folder, { recursive: true }));
  const whole = {
    ...{ DATA_DIR: "/data", GIT_HOST: "github:organisation/letter", FILE_APP_ID: "123456", FILE_APP_KEY: privateKey },
    ...{ SITE_URL: "https://letter.example.org", SERVICE_URL: "https://sign.example.org/" },
  };

  it("have the repository, the App, and a pace for people", () => {
    const settings = readSettings(whole);
    expect(settings).toMatchObject({
      ...{ fileEvery: 21_600_000, fileAtLeast: 20, fileAtMost: 200, fileAtLatest: 259_200_000, limits: true },
      ...{ siteUrl: "https://letter.example.org", serviceUrl: "https://sign.example.org" },
    });
    expect(settings.gitHost).toMatchObject({
      ...{ kind: "github", repository: "organisation/letter", app: { appId: 123456 } },
      ...{ apiUrl: "https://api.github.com", serverUrl: "https://github.com" },
    });
  });

  it("take the key as text, with written line ends, or from its file", () => {
    const keys = [privateKey, privateKey.replaceAll("\n", "\\n"), file].map((FILE_APP_KEY) => {
      const { gitHost } = readSettings({ ...whole, FILE_APP_KEY });
      return gitHost.kind === "github" ? gitHost.app.privateKey : "";
    });
    expect(keys[0]).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(new Set(keys).size).toBe(1);
  });

  it("may name another server", () => {
    const other = {
      GITHUB_API_URL: "https://github.example.org/api/v3/",
      GITHUB_SERVER_URL: "https://github.example.org",
    };
    expect(readSettings({ ...whole, ...other }).gitHost).toMatchObject({
      ...{ apiUrl: "https://github.example.org/api/v3", serverUrl: "https://github.example.org" },
    });
  });

  it.each(["FILE_APP_ID", "FILE_APP_KEY", "SITE_URL", "SERVICE_URL"])("need %s and say so", (name) => {
    expect(() => readSettings({ ...whole, [name]: undefined })).toThrow(new RegExp(`^${name}: write [^\\n]+$`));
  });

  it.each([
    ["LIMITS", "off"],
    ["GIT_HOST", "github:hunter2"],
    ["GIT_HOST", "github:a/b/hunter2"],
    ["GIT_HOST", "gitlab:a/hunter2"],
    ["FILE_APP_ID", "Iv1.hunter2"],
    ["FILE_APP_KEY", "/nowhere/hunter2.pem"],
    ["FILE_APP_KEY", "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n"],
    ["GITHUB_API_URL", "https://user:hunter2@api.example.org"],
    ["GITHUB_SERVER_URL", "ssh://hunter2"],
  ])("refuse %s=%j in one line that repeats nothing", (name, value) => {
    const read = () => readSettings({ ...whole, [name]: value });
    expect(read).toThrow(new RegExp(`^${name}: write [^\\n]+$`));
    expect(read).not.toThrow(/hunter2/);
  });

  it("refuse a key of another kind", () => {
    const { privateKey: other } = generateKeyPairSync("ed25519", {
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    expect(() => readSettings({ ...whole, FILE_APP_KEY: other })).toThrow(/^FILE_APP_KEY: write the App’s private key/);
  });

  it("leave what belongs to GitHub alone on one machine", () => {
    expect(readSettings({ FILE_APP_ID: "1", FILE_APP_KEY: "x" }).gitHost).toEqual({ kind: "local" });
  });
});
