import { fill, type Html, html, prose } from "./html.ts";
import { type Lang, stringsIn } from "./strings.ts";

/**
 * After the proof of work for `challenge`, a script sends the form: by itself (`goesOn`), or when asked to. `after`: the
 * seconds until it can be sent again, where that is more than a moment.
 */
export type Wait = { readonly challenge: string; readonly goesOn: boolean; readonly after?: number };

/** Names a wait of a minute or more, such as "2 minutes"; undefined for a shorter one, which is a moment. */
export function longWait(lang: Lang, after = 0): string | undefined {
  if (after < 60) return undefined;
  const minutes = { style: "unit", unit: "minute", unitDisplay: "long" } as const;
  return new Intl.NumberFormat(lang, minutes).format(Math.ceil(after / 60));
}

/**
 * Renders a note that nothing is lost, with a button to send again, and the challenge for a browser with scripts. It
 * gets the focus, like the summary of problems. Only a script reports progress, in an element whose space is reserved
 * from the beginning.
 */
export function busyBox(lang: Lang, { challenge, goesOn, after }: Wait): Html {
  const { sign, message } = stringsIn(lang);
  const { title, text } = message.too_many;
  const working = goesOn ? `${sign.proof_working} ${sign.proof_goes_on}` : sign.proof_working;
  const wait = longWait(lang, after);
  const states = [working, sign.proof_sending, sign.proof_done];
  return html`<div class="note" role="group" tabindex="-1" id="busy" aria-labelledby="busy-title" autofocus>
<h2 id="busy-title">${title}</h2>
<p>${prose(text)} ${wait === undefined ? prose(sign.still_here) : fill(sign.still_here_later, { wait })}</p>
<div id="proof" data-challenge="${challenge}"${goesOn && html` data-goes-on`}>${states.map((state) => html`<p class="room">${prose(state)}</p>`)}<p aria-live="polite"></p></div>
<p class="acts"><button type="submit" class="btn" form="form">${sign.send_again}</button></p></div>`;
}
