/** The text with Persian (U+06F0 to U+06F9) and Arabic digits (U+0660 to U+0669) as ASCII ones. */
export function withAsciiDigits(text: string): string {
  return text.replace(/[۰-۹٠-٩]/g, (digit) => String(digit.charCodeAt(0) & 15));
}
