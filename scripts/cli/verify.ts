import { verifyPublished } from "../letter/verification.ts";
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
  const terminal = process.stderr.isTTY;
  const progress = (done: number, size: number) =>
    terminal && process.stderr.write(`\rchecking entry ${done} of ${size} `);
  try {
    const found = await verifyPublished(openPublished(place), values.vkey, progress);
    if (terminal) process.stderr.write("\r\u001b[K");
    const { accepted, withdrawn, listed, size, root } = found;
    if (values.json) {
      console.log(
        JSON.stringify({
          ok: true,
          accepted,
          withdrawn,
          listed,
          shown: found.shown,
          size,
          root,
          pinned: values.vkey !== undefined,
        }),
      );
      return;
    }
    if (values.vkey === undefined)
      console.log(
        "the key was taken from the site itself: compare it with one you got elsewhere, or pin it with --vkey",
      );
    console.log(`ok: ${accepted} accepted, ${withdrawn} withdrawn, ${listed} listed, tree size ${size}, root ${root}`);
  } catch (cause) {
    if (terminal) process.stderr.write("\r\u001b[K");
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\s*\n\s*/g, " ");
    console.log(values.json ? JSON.stringify({ ok: false, reason }) : `failed: ${reason}`);
    process.exitCode = 1;
  }
});
