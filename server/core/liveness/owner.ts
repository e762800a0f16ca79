/** Who a daemon belongs to (SPEC §1.3). Only one that belongs to the app is ended when its last client leaves (I5, I8). */
export const OWNERS = ['app', 'headless', 'persistent'] as const;
export type Owner = (typeof OWNERS)[number];

/** Whether clients of such a daemon hold it up, so that the last one's leaving ends it. */
export function isSupervised(owner: Owner): boolean {
  return owner === 'app';
}
