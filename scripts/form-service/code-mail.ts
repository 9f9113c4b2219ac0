import type { Mail } from "../outside/mail.ts";
export function codeMail(lang: string, to: string, code: string): Mail {
  return { to, link: "", subject: lang, text: `\n${code}\n`, html: code };
}
