/** As a POSIX shell reads it back: whoever copies a command must get what they saw, whatever a cloud calls its things. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function commandOf(words: readonly string[]): string {
  return words.map(quoted).join(" ");
}
