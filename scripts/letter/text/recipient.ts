const ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/** The coefficients of the checksum (BIP 173, Bech32). */
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const PREFIX = "age1pq";

/**
 * Whether a text is a hybrid post-quantum recipient of age, `age1pq1…`, whose checksum is right (C2SP age, Bech32 without
 * its limit of length). Whether a key is behind it, and whose, nobody can tell.
 */
export function isRecipient(text: string): boolean {
  const data = new RegExp(`^${PREFIX}1([${ALPHABET}]{100,})$`).exec(text)?.[1];
  if (data === undefined) return false;
  const letters = [...PREFIX].map((letter) => letter.charCodeAt(0));
  const high = letters.map((code) => code >> 5);
  const low = letters.map((code) => code & 31);
  return checksumOf([...high, 0, ...low, ...[...data].map((letter) => ALPHABET.indexOf(letter))]) === 1;
}

function checksumOf(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, factor] of GENERATOR.entries()) if ((top >> bit) & 1) sum ^= factor;
  }
  return sum;
}
