import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type Firefox, type FirefoxPage, startFirefox } from "../browsers/firefox.ts";
import { onBusyMachine } from "../busy-machine.ts";
import { findProgram } from "../servers/programs.ts";
import { startSpeechLog, type Utterance } from "./speech-log.ts";

/**
 * Somebody who does not see the screen: presses keys, and hears what Orca says of Firefox. Everything waits until it is
 * said, and Orca says things in their order: what was not said before is not said at all.
 */
export type Hearer = {
  readonly page: FirefoxPage;
  /** Opens a page, and lets it be read from its beginning until this is said. */
  open(address: string, until: string): Promise<Utterance[]>;
  /** Puts the focus on an element of the page, as a tab stop before it would, until this is said. */
  focus(selector: string, until: string): Promise<Utterance[]>;
  /** Presses a key by its X name, such as "Tab" or "shift+h", until this is said. */
  press(key: string, until: string): Promise<Utterance[]>;
  stop(): Promise<void>;
};

const PROGRAMS = ["Xvfb", "openbox", "dbus-daemon", "xdotool", "orca"];

// Another version starts otherwise, and has other words of its own.
const isKnownOrca = () => spawnSync("orca", ["--version"], { encoding: "utf8" }).stdout?.startsWith("43.");

/** Starts a display, a bus, Orca 43 and Firefox, all of their own. Undefined where one of these programs is missing. */
export const startScreenReader =
  startFirefox === undefined || PROGRAMS.some((name) => findProgram(name) === undefined) || !isKnownOrca()
    ? undefined
    : async (): Promise<Hearer> => {
        const folder = mkdtempSync(join(tmpdir(), "spoken-"));
        const home = join(folder, "home");
        const runtime = join(folder, "run");
        mkdirSync(join(home, ".local/share/orca"), { recursive: true });
        mkdirSync(runtime, { mode: 0o700 });
        writeFileSync(join(home, ".local/share/orca/orca-customizations.py"), CUSTOMIZATIONS);
        const log = await startSpeechLog(join(folder, "speech"));
        const env: Record<string, string> = {
          ...{ PATH: process.env.PATH ?? "", HOME: home, XDG_RUNTIME_DIR: runtime, LANG: "C.UTF-8", [MARK]: folder },
          ...{
            SPEECHD_ADDRESS: `unix_socket:${join(folder, "speech")}`,
            GNOME_ACCESSIBILITY: "1",
            MOZ_ENABLE_WAYLAND: "0",
          },
          ...{ GTK_MODULES: "gail:atk-bridge", TMPDIR: folder },
        };
        const start = (program: string, ...args: string[]) => {
          const child = spawn(findProgram(program) ?? program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
          // What nobody reads would hold it up.
          child.stderr.resume();
          return child;
        };
        let firefox: Firefox | undefined;
        const stop = async () => {
          await firefox?.close();
          for (const pid of own(folder)) end(pid);
          await log.close();
          rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
        };
        try {
          env.DISPLAY = `:${await firstLine(start("Xvfb", "-displayfd", "1", "-screen", "0", "1280x1000x24", "-nolisten", "tcp"))}`;
          env.DBUS_SESSION_BUS_ADDRESS = await firstLine(
            start("dbus-daemon", "--session", "--nofork", "--print-address"),
          );
          start("openbox");
          spawnSync("gsettings", ["set", "org.gnome.desktop.interface", "toolkit-accessibility", "true"], { env });
          const orca = start(interpreterOf(findProgram("orca")!), "-c", ORCA);
          let complaints = "";
          orca.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
          firefox = await startFirefox!(PREFERENCES, { headless: false, env });
          const page = await firefox.newPage();
          const run = (...args: string[]) => {
            const { status, stderr } = spawnSync("xdotool", args, { env, encoding: "utf8" });
            if (status !== 0) throw new Error(`xdotool ${args.join(" ")}: ${stderr}`);
          };
          const heard = async (act: () => unknown, until: string) => {
            const from = log.said.length;
            await act();
            for (let at = from; ; at++) {
              const silentFrom = Date.now();
              while (at >= log.said.length) {
                if (Date.now() - silentFrom > onBusyMachine(60_000))
                  throw new Error(
                    `"${until}" was not said, but:\n${log.said
                      .slice(from)
                      .map(({ text }) => text)
                      .join("\n")}`,
                  );
                if (orca.exitCode !== null) throw new Error(`Orca has ended\n${complaints}`);
                await sleep(20);
              }
              if (log.said[at]!.text.includes(until)) return log.said.slice(from, at + 1);
            }
          };
          return {
            page,
            open: (address, until) => heard(() => page.goto(address), until),
            focus: (selector, until) => heard(() => page.focus(selector), until),
            press: (key, until) => heard(() => run("key", "--clearmodifiers", key), until),
            stop,
          };
        } catch (error) {
          await stop();
          throw error;
        }
      };

const MARK = "SPOKEN_SESSION";

// Debian's program ends where another Orca of the same user runs, on whatever display.
const ORCA = `
import sys
from orca import orca
manager = orca.getSettingsManager()
manager.activate(None, {})
sys.path.insert(0, manager.getPrefsDir())
sys.exit(orca.main())
`;

// Orca 43 knows the language of each run of text and keeps its voice. With this it asks for the language.
const CUSTOMIZATIONS = `
import orca.speech_generator as generator
from orca.acss import ACSS
plain = generator.SpeechGenerator.voice
def voice(self, key=None, **args):
    voices = plain(self, key, **args)
    if args.get("language"):
        voices[0] = ACSS(voices[0])
        voices[0][ACSS.FAMILY] = {"lang": args["language"], "dialect": args.get("dialect") or "", "name": ""}
    return voices
generator.SpeechGenerator.voice = voice
`;

const PREFERENCES = {
  "accessibility.force_disabled": -1,
  "browser.newtab.preload": false,
  "browser.formfill.enable": false,
  "signon.rememberSignons": false,
  "extensions.formautofill.addresses.enabled": false,
  "ui.caretBlinkTime": -1,
};

/** The Python for which Debian has built Orca, which need not be the first on PATH. */
function interpreterOf(script: string): string {
  return /^#! ?(\S+)/.exec(readFileSync(script, "utf8"))?.[1] ?? "python3";
}

async function firstLine({ stdout }: { stdout: Readable }): Promise<string> {
  for await (const line of createInterface({ input: stdout })) return line;
  return "";
}

function own(folder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).split("\0").includes(`${MARK}=${folder}`))
    .map(Number);
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
