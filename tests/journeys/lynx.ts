import { execFileSync, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** A text browser in a terminal of its own, which does what is typed. */
export type Lynx = {
  /** Types keys as a keyboard sends them; `\r` is Enter. */
  type(keys: string): void;
  /** Waits until the screen has shown this text since the last call. */
  see(text: string): Promise<void>;
  /** The address of the page that is open. */
  address(): Promise<string>;
  stop(): void;
};

const LOOK = ["-display_charset=utf-8", "-assume_charset=utf-8"];
const environment = { PATH: process.env.PATH, LANG: "C.UTF-8", TERM: "xterm", HOME: "/nonexistent" };

/** Opens a page in lynx, whose first link is the one that Enter would follow. */
export function startLynx(address: string): Lynx {
  // A screen that is longer than any page: nothing has to be scrolled to be seen.
  const command = `stty cols 160 rows 400; exec lynx ${LOOK.join(" ")} -accept_all_cookies '${address}'`;
  const child = spawn("script", ["--quiet", "--command", command, "/dev/null"], { env: environment, stdio: "pipe" });
  let screen = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (screen += text));
  // A line may be broken anywhere, and is painted in parts.
  const painted = (between: string) => screen.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[()][A-Z0-9]/g, between);
  const seen = () => painted("").replace(/\s+/g, "");
  const see = async (text: string) => {
    for (;;) {
      if (seen().includes(text.replace(/\s+/g, ""))) break;
      if (child.exitCode !== null) throw new Error(`lynx has ended without "${text}":\n${screen}`);
      // Painted again as a whole.
      child.stdin.write("\u000c");
      await sleep(200);
    }
    screen = "";
  };
  return {
    type: (keys) => void child.stdin.write(keys),
    see,
    async address() {
      // What lynx knows of the page, and back again.
      child.stdin.write("=");
      const told = () => /URL:\s*(http\S+)\s+Charset:/.exec(painted(" "))?.[1];
      while (told() === undefined) await sleep(50);
      const found = told()!;
      child.stdin.write("\u001b[D");
      screen = "";
      return found;
    },
    stop: () => void child.kill("SIGKILL"),
  };
}

/** Returns which link or field of a page, counted from 1, is the first below a label, or the link or button with it. */
export function numberOf(address: string, label: string, kind: "field" | "box" | "press"): number {
  const args = ["-dump", "-nolist", "-width=160", "-number_fields", ...LOOK, address];
  const page = execFileSync("lynx", args, { env: environment, encoding: "utf8" }).replace(/\s+/g, " ");
  const at = page.indexOf(label.replace(/\s+/g, " "));
  if (at < 0) throw new Error(`lynx shows no "${label}" in\n${page}`);
  const numbers = [...page.matchAll(/\[(\d+)\]/g)];
  const found =
    kind === "press" ? numbers.findLast(({ index }) => index < at) : numbers.find(({ index }) => index > at);
  return Number(found?.[1]);
}
