import { describe, expect, it } from "vitest";
import { readSettings } from "../../scripts/outside/settings.ts";

describe("settings", () => {
  it("have defaults for one machine", () => {
    expect(readSettings({ PATH: "/bin", DATA_DIR: "/data" })).toEqual({
      port: 8080,
      dataDir: "/data",
      metricsPort: undefined,
      trustProxy: false,
      limits: true,
      database: { kind: "sqlite", path: "/data/service.db" },
      mail: { kind: "capture", folder: "/data/mail" },
      mailFrom: "no-reply@localhost",
      gitHost: "local",
      siteUrl: "http://localhost:8080",
      serviceUrl: "http://localhost:8080",
      fileEvery: 2000,
      fileAtLeast: 1,
      fileAtMost: 200,
      fileAtLatest: 259_200_000,
    });
  });

  it("read what is set; an empty variable is not set", () => {
    const settings = readSettings({
      ...{ PORT: "0", METRICS_PORT: "9100", TRUST_PROXY: "on", LIMITS: "off", DATABASE_URL: "sqlite:/srv/a.db" },
      ...{ MAIL_URL: "smtp://mail.example.org:25", FILE_EVERY: "6h", FILE_AT_LATEST: "90m", FILE_AT_LEAST: "" },
      ...{ SITE_URL: "https://letter.example.org/", SERVICE_URL: "https://sign.example.org" },
    });
    expect(settings).toMatchObject({
      ...{
        port: 0,
        metricsPort: 9100,
        trustProxy: true,
        limits: false,
        fileEvery: 21_600_000,
        fileAtLatest: 5_400_000,
      },
      ...{ siteUrl: "https://letter.example.org", mailFrom: "no-reply@sign.example.org", fileAtLeast: 1 },
    });
    expect(settings.database.path).toBe("/srv/a.db");
  });

  it.each([
    ["PORT", "99999"],
    ["PORT", "8080x"],
    ["METRICS_PORT", "yes"],
    ["TRUST_PROXY", "true"],
    ["LIMITS", "no"],
    ["DATABASE_URL", "mysql://user:hunter2@host/db"],
    ["MAIL_URL", "https://user:hunter2@host"],
    ["MAIL_FROM", "hunter2"],
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
