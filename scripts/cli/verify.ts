import { type Verified, verifyPublished } from "../letter/verification.ts";
import { openPublished } from "../outside/published.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run verify -- DIR|URL [--vkey KEY] [--json]

Recomputes the count of a letter from what its site publishes, without trusting the site: the signature of the
checkpoint, every tile and entry of the ledger, every row of the list, every attestation, withdrawals, counts, texts.

  DIR         a built site, such as .data/site
  URL         its address, such as http://localhost:8080/
  --vkey KEY  the ledger's key as you got it from elsewhere (a print, a release, a friend); else the site's own is taken
  --json      the result as one line of JSON

The last line is "ok: …" (exit code 0) or "failed: …" with the place (exit code 1).`;

const OPTIONS = { vkey: { type: "string" }, json: { type: "boolean" } } as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [place, ...rest] }) => {
  if (place === undefined || rest.length > 0) throw usageError("name one folder or address", HELP);
  try {
    const found = await verifyPublished(openPublished(place), values.vkey, showProgress);
    console.log(values.json ? asJson(found, values.vkey !== undefined) : inWords(found, values.vkey !== undefined));
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\s*\n\s*/g, " ");
    console.log(values.json ? JSON.stringify({ ok: false, reason }) : `failed: ${reason}`);
    process.exitCode = 1;
  }
});

function showProgress(done: number, size: number): void {
  if (process.stderr.isTTY) process.stderr.write(done < size ? `\rchecking entry ${done} of ${size} ` : "\r\u001b[K");
}

function inWords({ accepted, withdrawn, listed, size, root, missingPages }: Verified, pinned: boolean): string {
  const lines = [
    ...(pinned ? [] : ["the key was taken from the site: compare it with one from elsewhere, or pin it with --vkey"]),
    ...missingPages.map((path) => `there is no page ${path}: what readers see there was not compared with the letter`),
    `ok: ${accepted} accepted, ${withdrawn} withdrawn, ${listed} listed, tree size ${size}, root ${root}`,
  ];
  return lines.join("\n");
}

function asJson({ accepted, withdrawn, listed, shown, size, root, missingPages }: Verified, pinned: boolean): string {
  const missing = missingPages.length > 0 ? { missingPages } : {};
  return JSON.stringify({ ok: true, accepted, withdrawn, listed, shown, size, root, pinned, ...missing });
}
