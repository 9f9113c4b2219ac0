// Apart from the mailer: every command reads settings, and few send mail, whose program takes long to load.

/** The default sender: for captured mail, and for trials with a mail server on this machine. */
export const LOCAL_SENDER = "no-reply@localhost";

/** Whether the host of a URL is this machine, by name or number. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Returns the part after the @. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}
