import { formatVerified, verifiedAsJson } from "../letter/published/verified-words.ts";
import { openKeptList, readKeptFile } from "../outside/published.ts";
import { verifyPlace } from "../outside/shards/verified-place.ts";
import { showProgress } from "../outside/terminal.ts";
import { getOverSocks, parseSocks } from "../outside/tor/socks.ts";
import { runCommand, usageError } from "./command.ts";

const HELP = `
usage: npm run verify -- DIR|BAG|URL [--vkey KEY] [--attestation-key KEY] [--since FILE …] [--list DIR]
                         [--socks HOST:PORT] [--json]

Recomputes the count of a letter from what its site or its public bag publishes, without trusting it: the signature of
the checkpoint, every tile and entry of the ledger, every row of the list, every attestation, withdrawals, counts,
texts, and the names and numbers on the pages.

  DIR         a built site, such as .data/site, or a public bag that was unpacked
  BAG         a public bag as it came, a .tar file
  URL         the address of a site, such as http://localhost:8080/
  --vkey KEY  the ledger's key as you got it from elsewhere (a print, a release, a friend); else the site's own is taken
  --attestation-key KEY  likewise the key with which the form service attests each row
  --since FILE  a checkpoint (/ledger/checkpoint) or a receipt (….tlog-proof) that you kept: has anything been taken
              out or rewritten since? May be given more than once
  --list DIR  a list that you kept (the files of /list/, a copy of the site, a public bag): each row is checked against
              this ledger, also after the site has taken its list down
  --socks HOST:PORT  asks through Tor: 127.0.0.1:9050 where a Tor runs, 127.0.0.1:9150 while Tor Browser is open
  --json      the result as one line of JSON

The last line is "ok: …" (exit code 0) or "failed: …" with the place (exit code 1).`;

const OPTIONS = {
  vkey: { type: "string" },
  "attestation-key": { type: "string" },
  since: { type: "string", multiple: true },
  list: { type: "string" },
  socks: { type: "string" },
  json: { type: "boolean" },
} as const;

await runCommand(HELP, OPTIONS, async ({ values, positionals: [place, ...rest] }) => {
  if (place === undefined || rest.length > 0) throw usageError("name one folder, bag or address", HELP);
  const attestationKey = values["attestation-key"];
  try {
    const kept = new Map((values.since ?? []).map((file) => [file, readKeptFile(file)]));
    const list = values.list === undefined ? undefined : openKeptList(values.list);
    const [progress, listProgress] = [showProgress("checking entry"), showProgress("checking the row of entry")];
    const get = values.socks === undefined ? undefined : getOverSocks(parseSocks(values.socks));
    const found = await verifyPlace(place, values.vkey, { attestationKey, kept, list, progress, listProgress }, get);
    const pinned = { ledger: values.vkey !== undefined, attestation: attestationKey !== undefined };
    console.log(values.json ? verifiedAsJson(found, pinned) : formatVerified(found, pinned));
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/(?<!\s)\s*\n\s*/g, " ");
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
    console.log(values.json ? JSON.stringify({ ok: false, reason }) : `failed: ${reason}`);
    process.exitCode = 1;
  }
});
