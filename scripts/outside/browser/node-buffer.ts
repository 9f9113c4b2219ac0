import { Buffer } from "buffer/";

// What npm's Buffer for browsers lacks: it reads base64url, but does not know the name, and never writes it.
const { from } = Buffer;
const format = Buffer.prototype.toString;
const known = (encoding: unknown) => (encoding === "base64url" ? "base64" : encoding);

Object.assign(Buffer, {
  from: (value: never, encoding: never, length: never) => from(value, known(encoding) as never, length),
});
Object.assign(Buffer.prototype, {
  toString(this: Buffer, encoding?: string, ...range: number[]): string {
    const text = format.call(this, known(encoding) as string, ...range);
    if (encoding !== "base64url") return text;
    return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  },
});

export { Buffer };
