/** How a signature is shown on the list; `hidden` is the default of the form. */
export const SHOWN = ["name", "initials", "hidden", "counted"] as const;
export type Shown = (typeof SHOWN)[number];

/** Whether the text names a way to be shown. */
export function isShown(text: string): text is Shown {
  return (SHOWN as readonly string[]).includes(text);
}

/** Whether the public list shows a name or initials; all other public cells of hidden and counted rows are empty. */
export function showsName(shown: Shown): boolean {
  return shown === "name" || shown === "initials";
}
