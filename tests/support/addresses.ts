import { once } from "node:events";
import { get, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { onionOf } from "../../scripts/letter/text/onion.ts";

/** Every address of another host in a page, a feed or a header, plain or encoded as in a link that shares it. */
export function hostsNamed(text: string): string[] {
  const plain = text.replaceAll("%3A%2F%2F", "://");
  return [...plain.matchAll(/https?:\/\/([\w.-]+(?::\d+)?)/g)].map(([, host]) => host!);
}

/** An onion address as Tor makes them, with a checksum that is right. */
export function onionHost(random: (count: number) => Uint8Array): string {
  return onionOf(random(32));
}

/** What an answer says of other hosts: in its body, and in the headers that browsers follow. */
export async function hostsOf(answer: Response): Promise<string[]> {
  const headers = ["location", "content-security-policy", "onion-location", "link", "refresh"];
  return hostsNamed([await answer.text(), ...headers.map((name) => answer.headers.get(name) ?? "")].join("\n"));
}

/** Asks a service under another name than that of its address, as a proxy does that Tor leads to. */
export async function askHost(
  origin: string,
  path: string,
  host: string,
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const [answer] = (await once(get(`${origin}${path}`, { headers: { host } }), "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) };
}
