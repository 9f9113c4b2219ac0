import type { SigningKey } from "../letter/bytes/key.ts";
import { attestLeave, attestSheet } from "../letter/ledger/attestation.ts";
import { filingMessage } from "../letter/review/filing-message.ts";
import { REFUSAL_CODES } from "../letter/review/order.ts";
import { formatSheet, SHEET_ROWS } from "../letter/signature/sheet.ts";
import { LOCAL_MODERATOR } from "../outside/git/local-host.ts";
import type { Random } from "../outside/random.ts";
import { acceptAll } from "./acceptance.ts";
import { type Invention, inventRow, inventSheet, inventWithdrawals } from "./invented-signatures.ts";
import type { LocalCampaign } from "./local-campaign.ts";

/** What came of the invented signatures. */
export type Seeded = {
  readonly accepted: number;
  readonly refused: number;
  readonly withdrawn: number;
  /** signatures on the list now */
  readonly listed: number;
};

/** A campaign on this machine, and the key with which its form service attests. */
export type SeededCampaign = Pick<LocalCampaign, "host" | "acceptor" | "day"> & {
  readonly keys: { readonly attestation: SigningKey };
};

/**
 * Adds invented signatures to a campaign, through sheets, review and acceptance as real ones.
 *
 * @param progress is told after each sheet how many there are so far
 */
export async function seedCampaign(
  { host, acceptor, keys, day }: SeededCampaign,
  count: number,
  random: Random,
  progress: (done: number) => void,
): Promise<Seeded> {
  let main = (await acceptAll(acceptor)).main;
  const edition = main.kept.editions.at(-1) ?? "";
  const invention: Invention = { edition, key: keys.attestation, day, random };
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
    progress(done + rows.length);
  }
  return { ...total, listed: main.kept.listed };
}

function filed(sheet: string, text: string, key: SigningKey): { sheet: string; text: string; message: string } {
  return {
    sheet,
    text,
    message: filingMessage(sheet, { quarantined: false, attestation: attestSheet(sheet, text, key) }),
  };
}
