/** What a screen shows that it did not show a moment ago. Pure. */

/** `looks`: earlier screens; a line of any of them is not new, wherever it stands now. */
export function freshLines(shown: readonly string[], looks: readonly (readonly string[])[]): readonly string[] {
  const seen = new Set(looks.flat());
  const fresh: string[] = [];
  for (const line of shown) {
    if (seen.has(line)) continue;
    seen.add(line);
    fresh.push(line);
  }
  return fresh;
}
