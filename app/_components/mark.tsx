/** The product's sign: one that watches, several that go round it. */
export function Mark({ size = 18, className }: { readonly size?: number; readonly className?: string }) {
  return (
    <svg viewBox="0 0 18 18" width={size} height={size} aria-hidden="true" className={className}>
      <circle cx="9" cy="9" r="2.6" fill="currentColor" />
      <path
        d="M9 1.75A7.25 7.25 0 0 1 16.25 9M9 16.25A7.25 7.25 0 0 1 1.75 9"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
      <circle cx="3.9" cy="3.9" r="1.5" fill="currentColor" />
      <circle cx="14.1" cy="14.1" r="1.5" fill="currentColor" />
    </svg>
  );
}
