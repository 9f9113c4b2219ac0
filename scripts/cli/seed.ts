import { randomBytes } from "node:crypto";
import { acceptAll } from "../accept/acceptance.ts";
import { type LocalCampaign, openLocalCampaign, readLocalSettings } from "../accept/local-campaign.ts";
import type { SigningKey } from "../letter/bytes/key.ts";
import { attestLeave, attestSheet } from "../letter/ledger/attestation.ts";
import { filingMessage } from "../letter/review/filing-message.ts";
import { REFUSAL_CODES } from "../letter/review/order.ts";
import { loggedEdition } from "../letter/signature/record.ts";
import { formatSheet, SHEET_ROWS } from "../letter/signature/sheet.ts";
import { lockDataFolder } from "../outside/data-folder.ts";
import { LOCAL_MODERATOR } from "../outside/git/local-host.ts";
import { runCommand, usageError } from "./command.ts";
import { type Invention, inventRow, inventSheet, inventWithdrawals } from "./invented-signatures.ts";

const HELP = `
usage: npm run seed -- N

Adds N invented signatures to the local campaign, for a look at the pages: Persian and Latin names, shown in every way,
one in forty refused and one in fifty withdrawn. They go the way of real ones, through sheets, review and acceptance,
but nobody is behind them and no contact record exists. Never do this to a letter that is to be handed over.`;

await runCommand(HELP, {}, async ({ positionals: [typed, ...rest] }) => {
  if (!/^[1-9]\d{0,6}$/.test(typed ?? "") || rest.length > 0) throw usageError("say how many, from 1 to 9999999", HELP);
  const lock = await lockDataFolder(readLocalSettings().dataDir);
  try {
    await seed(await openLocalCampaign("make"), Number(typed));
  } finally {
    lock.release();
  }
});

async function seed(campaign: LocalCampaign, count: number): Promise<void> {
  const { host, acceptor, keys, day } = campaign;
  let main = (await acceptAll(acceptor)).main;
  const edition = loggedEdition(main.record.entries) ?? "";
  const invention: Invention = { edition, key: keys.attestation, day, random: (length) => randomBytes(length) };
  const total = { accepted: 0, refused: 0, withdrawn: 0 };
  for (let done = 0; done < count; done += SHEET_ROWS) {
    const rows = Array.from({ length: Math.min(SHEET_ROWS, count - done) }, () => inventRow(invention));
    const sheet = inventSheet(invention, rows);
    await host.file({ ...filed(sheet.sheet, formatSheet(sheet), keys.attestation), base: main.commit, day });
    const open = (await host.openSheets()).find((one) => one.sheet === sheet.sheet);
    const refused = sheet.rows.filter((_, i) => i % 40 === 39);
    const body = refused.map(({ id }, i) => `refuse ${id} ${REFUSAL_CODES[i % REFUSAL_CODES.length]}`).join("\n");
    await host.review(sheet.sheet, { by: LOCAL_MODERATOR, state: "approved", commit: open?.commit ?? "", body }, day);
    main = (await acceptAll(acceptor)).main;

    const leaving = sheet.rows.filter((_, i) => i % 50 === 25);
    if (leaving.length > 0) {
      const leave = leaving.map(({ id }) => ({ id, attestation: attestLeave(id, keys.attestation) }));
      await host.file({ ...filed(...inventWithdrawals(invention, leave), keys.attestation), base: main.commit, day });
      main = (await acceptAll(acceptor)).main;
    }
    total.accepted += rows.length - refused.length;
    total.refused += refused.length;
    total.withdrawn += leaving.length;
    process.stderr.write(
      `${process.stderr.isTTY ? "\r" : ""}${done + rows.length} of ${count}${process.stderr.isTTY ? "" : "\n"}`,
    );
  }
  if (process.stderr.isTTY) process.stderr.write("\n");
  console.log(`accepted ${total.accepted}, refused ${total.refused}, withdrawn ${total.withdrawn}`);
  console.log(`the list has ${main.record.rows.length} signatures`);
}

function filed(sheet: string, text: string, key: SigningKey): { sheet: string; text: string; message: string } {
  return {
    sheet,
    text,
    message: filingMessage(sheet, { quarantined: false, attestation: attestSheet(sheet, text, key) }),
  };
}
