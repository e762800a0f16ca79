/** How everything looks that one types into or chooses from. */
export const controlClass = [
  'w-full rounded-sm border border-line-control bg-canvas text-ink placeholder:text-ink-faint',
  'focus-visible:border-focus focus-visible:outline-1 focus-visible:outline-offset-0 data-invalid:border-status-trouble',
  'disabled:opacity-55 pointer-coarse:min-h-11',
].join(' ');
