import { join, resolve } from "node:path";
import { z } from "zod";
import { LetterError } from "../letter/bytes/error.ts";
import type { DatabasePlace } from "./database/database.ts";
import { LOCAL_SENDER } from "./mail/address.ts";
import { type DkimKey, readRsaKey } from "./mail/dkim.ts";
import type { MailSettings } from "./mail/mailer.ts";

/** All settings from the environment, with defaults for one machine. Durations in milliseconds. */
export type Settings = {
  readonly port: number;
  /** the address of this machine at which the service listens; `0.0.0.0` and `::` are all of them */
  readonly host: string;
  /** absolute path */
  readonly dataDir: string;
  /** port of the metrics; undefined: off */
  readonly metricsPort: number | undefined;
  /** where only the Tor program of this machine leads; undefined: nowhere */
  readonly onionPort?: number | undefined;
  readonly trustProxy: boolean;
  readonly limits: boolean;
  /** absolute path of the SQLite file, or a PostgreSQL server that several instances may share */
  readonly database: DatabasePlace;
  readonly mail: MailSettings;
  /** sender of all mails */
  readonly mailFrom: string;
  /** the most mails that all instances on one database send in an hour */
  readonly mailsAnHour: number;
  readonly gitHost: { readonly kind: "local" } | GitHubSettings;
  /** origins (and folder) without a slash at the end */
  readonly siteUrl: string;
  readonly serviceUrl: string;
  readonly fileEvery: number;
  readonly fileAtLeast: number;
  readonly fileAtMost: number;
  readonly fileAtLatest: number;
};

/** A repository on GitHub, and the App that files sheets there. */
export type GitHubSettings = {
  readonly kind: "github";
  /** `OWNER/NAME` */
  readonly repository: string;
  /** the id of the *file* App and its private key, PEM */
  readonly app: { readonly appId: number; readonly privateKey: string };
  readonly apiUrl: string;
  readonly serverUrl: string;
};

const whole = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `write a whole number from ${low} to ${high}`)
    .transform(Number)
    .refine((n) => n >= low && n <= high, `write a whole number from ${low} to ${high}`);
const port = whole(0, 65_535);
const portOrOff = z
  .union([z.literal("off"), port], "write off or a port from 0 to 65535")
  .transform((value) => (value === "off" ? undefined : value))
  .optional();
const onOff = z.enum(["on", "off"], "write on or off").transform((text) => text === "on");
const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const duration = z
  .string()
  .regex(/^[1-9]\d{0,5}(ms|s|m|h|d)$/, "write a number and ms, s, m, h or d, such as 6h or 2s")
  .transform((text) => Number.parseInt(text, 10) * UNITS[text.replace(/^\d+/, "") as keyof typeof UNITS]);
const origin = z
  .url({ protocol: /^https?$/, error: "write an address such as https://letter.example.org" })
  .refine((text) => !/[?#@]/.test(text), "write an address without user, question mark and hash")
  .transform((text) => text.replace(/\/$/, ""));

/** Whether the environment variable of this name is a setting. */
export function isSetting(name: string): boolean {
  return name in environment.shape;
}

const environment = z.object({
  PORT: port.default(8080),
  HOST: z
    .union([z.ipv4(), z.ipv6(), z.literal("localhost")], "write an address of this machine, such as 127.0.0.1 or ::1")
    .transform((host) => (host === "localhost" ? "127.0.0.1" : host))
    .default("127.0.0.1"),
  DATA_DIR: z
    .string()
    .refine((path) => path.trim() !== "" && !path.includes("\0"), "write the path of a folder, or leave it unset")
    .default(".data"),
  METRICS_PORT: portOrOff,
  ONION_PORT: portOrOff,
  TRUST_PROXY: onOff.default(false),
  LIMITS: onOff.default(true),
  DATABASE_URL: z
    .string()
    .regex(
      /^(sqlite:.+|postgres(ql)?:\/\/[^\s]+)$/,
      "write sqlite: and the path of a file, or postgres://USER:PASSWORD@HOST/DATABASE",
    )
    .optional(),
  MAIL_URL: z
    .string()
    .regex(/^(capture:$|smtps?:\/\/[^\s]+$)/, "write capture: or smtp://USER:PASSWORD@HOST:PORT")
    .default("capture:"),
  MAIL_DKIM_KEY: z.string().optional(),
  MAIL_DKIM_SELECTOR: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "write small letters, digits and hyphens, such as mail")
    .default("mail"),
  MAIL_FROM: z.email("write the sender’s address, such as no-reply@codes.example").optional(),
  // A hundred a minute: enough for a letter that is on television, and few for a machine that sends its own mail.
  MAILS_AN_HOUR: whole(100, 1_000_000).default(6_000),
  GIT_HOST: z
    .string()
    .regex(/^(local|github:[\w.-]+\/[\w.-]+)$/, "write local or github:OWNER/REPOSITORY")
    .default("local"),
  FILE_APP_ID: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "write the number that GitHub shows as the App’s id")
    .transform(Number)
    .optional(),
  FILE_APP_KEY: z.string().optional(),
  GITHUB_API_URL: origin.default("https://api.github.com"),
  GITHUB_SERVER_URL: origin.default("https://github.com"),
  SITE_URL: origin.optional(),
  SERVICE_URL: origin.optional(),
  FILE_EVERY: duration.optional(),
  FILE_AT_LEAST: whole(1, 1000).optional(),
  FILE_AT_MOST: whole(1, 1000).default(200),
  FILE_AT_LATEST: duration.default(72 * UNITS.h),
});

/**
 * Reads the settings from an environment such as `process.env`. An empty variable counts as not set, except for
 * DATA_DIR: keys must not end up in another folder because a script had no value.
 *
 * @throws LetterError `settings`, one line that names the variable and what to write; it never repeats the value
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const set = Object.fromEntries(
    Object.keys(environment.shape).flatMap((key) =>
      env[key] || (key === "DATA_DIR" && env[key] !== undefined) ? [[key, env[key]]] : [],
    ),
  );
  const result = environment.safeParse(set);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw wrong(String(issue?.path[0]), issue?.message ?? "the value is not valid");
  }
  const values = result.data;
  const gitHost = readGitHost(values);
  const local = gitHost.kind === "local";
  if (!values.LIMITS && !local) throw wrong("LIMITS", "write on; off is allowed only with GIT_HOST=local");
  const fileAtLeast = values.FILE_AT_LEAST ?? (local ? 1 : 20);
  if (fileAtLeast > values.FILE_AT_MOST) throw wrong("FILE_AT_LEAST", "write no more than FILE_AT_MOST");
  const dkim = readDkim(values);
  // The service would listen where no connection is accepted, and seem not to answer.
  if (values.MAIL_URL === "capture:" && !/^(127\.|::1$|0\.0\.0\.0$|::$)/.test(values.HOST))
    throw wrong("HOST", "write 127.0.0.1 or ::1: captured mail is only for this machine");
  const dataDir = resolve(values.DATA_DIR);
  const serviceUrl = values.SERVICE_URL ?? `http://localhost:${values.PORT}`;
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir,
    metricsPort: values.METRICS_PORT,
    onionPort: values.ONION_PORT,
    trustProxy: values.TRUST_PROXY,
    limits: values.LIMITS,
    database: readDatabase(values.DATABASE_URL ?? `sqlite:${join(dataDir, "service.db")}`),
    mail:
      values.MAIL_URL === "capture:"
        ? { kind: "capture", folder: join(dataDir, "mail") }
        : { kind: "smtp", url: values.MAIL_URL, dkim },
    mailFrom: values.MAIL_FROM ?? LOCAL_SENDER,
    mailsAnHour: values.MAILS_AN_HOUR,
    gitHost,
    siteUrl: values.SITE_URL ?? serviceUrl,
    serviceUrl,
    fileEvery: values.FILE_EVERY ?? (local ? 2 * UNITS.s : 6 * UNITS.h),
    fileAtLeast,
    fileAtMost: values.FILE_AT_MOST,
    fileAtLatest: values.FILE_AT_LATEST,
  };
}

function readDatabase(url: string): DatabasePlace {
  return url.startsWith("sqlite:")
    ? { kind: "sqlite", path: resolve(url.slice("sqlite:".length)) }
    : { kind: "postgres", url };
}

/** Requires all GitHub settings together: a partial set would only fail later, in use. */
function readGitHost(values: z.output<typeof environment>): Settings["gitHost"] {
  if (values.GIT_HOST === "local") return { kind: "local" };
  const { FILE_APP_ID: appId, FILE_APP_KEY: key, SITE_URL, SERVICE_URL } = values;
  if (SITE_URL === undefined) throw wrong("SITE_URL", "write where the site is published; GIT_HOST=github needs it");
  if (SERVICE_URL === undefined) throw wrong("SERVICE_URL", "write where the form is sent; GIT_HOST=github needs it");
  if (appId === undefined) throw wrong("FILE_APP_ID", "write the id of the App that files; GIT_HOST=github needs it");
  if (key === undefined) throw wrong("FILE_APP_KEY", "write the App’s private key; GIT_HOST=github needs it");
  return {
    kind: "github",
    repository: values.GIT_HOST.slice("github:".length),
    app: { appId, privateKey: readAppKey(key) },
    apiUrl: values.GITHUB_API_URL,
    serverUrl: values.GITHUB_SERVER_URL,
  };
}

function readAppKey(value: string): string {
  try {
    return readRsaKey(value);
  } catch {
    // The original error may repeat the value.
    throw wrong("FILE_APP_KEY", "write the App’s private key as GitHub gave it (PEM), or the path of its file");
  }
}

function readDkim(values: z.output<typeof environment>): DkimKey | undefined {
  const { MAIL_DKIM_KEY: key, MAIL_DKIM_SELECTOR: selector } = values;
  if (key === undefined) return undefined;
  try {
    return { selector, privateKey: readRsaKey(key) };
  } catch {
    throw wrong("MAIL_DKIM_KEY", "write an RSA key of 2048 bits or more (PEM), or the path of its file");
  }
}

function wrong(variable: string, rule: string): LetterError {
  return new LetterError("settings", `${variable}: ${rule}`);
}
