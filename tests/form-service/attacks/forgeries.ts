import { expect } from "vitest";
import { confirm } from "../../../scripts/form-service/signing/confirmation.ts";
import { fixedRandomness, hours } from "../../support/fixtures.ts";
import { formOf, openHarness } from "../harness.ts";
import { openMailBasket } from "../mail/mail-basket.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * Tries to confirm without the mailed code: with links that nobody got, altered links, altered codes, codes of others, and
 * right ones that came too late. Most go straight to what judges them, one in a hundred through the form.
 *
 * A submission ends with its fifth wrong code: anyone who goes on after that asks for something that is gone. So most of a
 * million attempts can only meet nothing, and five of them meet each row that is there.
 */
export async function tryForgeries({ seed, attempts, rows }: { seed: number; attempts: number; rows: number }) {
  const basket = openMailBasket();
  const harness = await openHarness({ seed: String(seed), mails: basket.queue });
  const bytes = fixedRandomness(`forgeries ${seed}`);
  const pick = (below: number) => Buffer.from(bytes(4)).readUInt32BE() % below;
  const randomCode = () => [...bytes(8)].map((byte) => ALPHABET[byte & 31]).join("");
  const signatories: { s: Uint8Array; code: string; life: "waiting" | "expired" }[] = [];
  async function submit(life: "waiting" | "expired") {
    const email = `person${signatories.length}@example.org`;
    const answer = await harness.post("/en/sign/", formOf({ name: "Niamh O’Neil", email }, { shown: "hidden" }));
    await harness.service.after.idle();
    const s = new URL(answer.headers.get("location")!, "http://localhost").searchParams.get("s")!;
    signatories.push({ s: new Uint8Array(Buffer.from(s, "base64url")), code: basket.takeCode(email)!, life });
  }
  for (let i = 0; i < rows / 4; i++) await submit("expired");
  // A moment more than their life: the rows are still there, since nobody has swept them away.
  harness.clock.advance(hours(48));
  for (let i = 0; i < (3 * rows) / 4; i++) await submit("waiting");

  const kinds = { forged: 0, "altered link": 0, "altered code": 0, swapped: 0, expired: 0 };
  let accepted = 0;
  // Many at once share a commit, as they would from many lines.
  const inFlight: Promise<void>[] = [];
  const attempt = async (s: Uint8Array, code: string, throughTheForm: boolean) => {
    const form = { s: Buffer.from(s).toString("base64url"), code };
    const taken = throughTheForm
      ? (await harness.post("/en/confirm/", form)).status !== 422
      : (await confirm(harness.service, s, code)) !== undefined;
    if (taken) accepted++;
  };
  for (let i = 0; i < attempts; i++) {
    const mine = signatories[pick(signatories.length)]!;
    const other = signatories[pick(signatories.length)]!;
    const kind = (Object.keys(kinds) as (keyof typeof kinds)[])[pick(5)]!;
    let [s, code] = [mine.s, mine.code];
    switch (kind) {
      case "forged":
        [s, code] = [bytes(16), randomCode()];
        break;
      case "altered link":
        s = Uint8Array.from(mine.s, (byte, at) => (at === pick(16) ? byte ^ (1 << pick(8)) : byte));
        if (Buffer.from(s).equals(Buffer.from(mine.s))) s = bytes(16);
        break;
      case "altered code": {
        const at = pick(8);
        code = code.slice(0, at) + ALPHABET[(ALPHABET.indexOf(code[at]!) + 1 + pick(31)) % 32] + code.slice(at + 1);
        break;
      }
      case "swapped":
        if (other === mine) continue;
        code = other.code;
        break;
      case "expired":
        if (mine.life !== "expired") continue;
        break;
      default:
        kind satisfies never;
    }
    kinds[kind]++;
    inFlight.push(attempt(s, code, i % 100 === 0));
    if (inFlight.length === 256) await Promise.all(inFlight.splice(0));
  }
  await Promise.all(inFlight);
  const signatures = await harness.store.query.selectFrom("signature").select("id").execute();
  const left = await harness.store.query.selectFrom("submission").select("s_hash").execute();
  await harness.close();
  expect({ accepted, signatures: signatures.length }).toEqual({ accepted: 0, signatures: 0 });
  return { kinds, rows: signatories.length, left: left.length };
}
