import { mkdirSync, readdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Takes the codes from captured mail, and the mail away. */
export function openCodes(folder: string) {
  mkdirSync(folder, { recursive: true });
  const waiting = new Map<string, (code: string) => void>();
  const early = new Map<string, string>();
  const reading = setInterval(() => {
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".eml"))) {
      const mail = readFileSync(join(folder, file), "utf8");
      unlinkSync(join(folder, file));
      const email = /^To: <?([^\s>]+)/m.exec(mail)?.[1] ?? "";
      const code = /^[0-9A-HJKMNP-TV-Z]{8}\r?$/m.exec(mail)?.[0].trim() ?? "";
      const take = waiting.get(email);
      if (take) take(code);
      else early.set(email, code);
      waiting.delete(email);
    }
  }, 50);
  return {
    close: () => clearInterval(reading),
    async of(email: string): Promise<string> {
      const code = early.get(email);
      early.delete(email);
      if (code !== undefined) return code;
      const arrived = new Promise<string>((take) => waiting.set(email, take));
      const late = wait(60_000, undefined, { ref: false }).then(() => Promise.reject(new Error("no mail in a minute")));
      return Promise.race([arrived, late]);
    },
  };
}
