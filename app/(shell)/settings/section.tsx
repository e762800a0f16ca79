import type { ReactNode } from 'react';

export type SectionProps = { readonly title: string; readonly lead?: ReactNode; readonly children: ReactNode };

export function Section({ title, lead, children }: SectionProps) {
  return (
    <section aria-label={title}>
      <h2 className="font-semibold text-lg">{title}</h2>
      {lead === undefined ? null : <p className="mt-0.5 text-pretty text-ink-muted">{lead}</p>}
      <div className="mt-3">{children}</div>
    </section>
  );
}

/** A name and its value, aligned. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-center gap-4 border-line border-b py-1.5 last:border-b-0">
      <dt className="w-36 shrink-0 text-ink-muted max-sm:w-28">{name}</dt>
      <dd className="wrap-anywhere min-w-0 flex-1">{children}</dd>
    </div>
  );
}
