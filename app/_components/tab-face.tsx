/**
 * What the browser's tab shows. Drawn by each page and not by Next's metadata: that comes later, by a way of its own, and would write
 * its title over one that already says how many sessions wait.
 */
export type TabFaceProps = { readonly title: string; readonly icon?: 'calm' | 'needs-you' | 'away' };

export function TabFace({ title, icon = 'calm' }: TabFaceProps) {
  return (
    <>
      <title>{`${title} · ao`}</title>
      <link rel="icon" href={`/icons/${icon}.svg`} />
    </>
  );
}
