/** Text as one word of a POSIX shell, for the commands that hints tell people to type. Nothing here is ever run by us. */
export function toShellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
