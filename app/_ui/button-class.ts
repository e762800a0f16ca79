/** How buttons look, for links that look like one too, also where nothing runs in the browser (`not-found.tsx`). */
import { cva, type VariantProps } from 'class-variance-authority';

export const buttonClass = cva(
  [
    'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-sm font-medium transition-[background-color,color,opacity]',
    'data-disabled:cursor-not-allowed data-disabled:opacity-55 [&_svg]:shrink-0',
  ],
  {
    variants: {
      variant: {
        primary: 'bg-primary text-on-primary not-data-disabled:hover:bg-primary-hover',
        secondary: 'bg-ink/8 text-ink not-data-disabled:hover:bg-ink/13',
        ghost:
          'text-ink-muted not-data-disabled:hover:bg-hover not-data-disabled:hover:text-ink data-popup-open:bg-hover data-popup-open:text-ink',
        danger: 'bg-danger text-on-danger not-data-disabled:hover:bg-danger-hover',
      },
      size: {
        sm: 'h-7 px-2.5 text-xs pointer-coarse:h-9',
        md: 'h-8 px-3 text-sm pointer-coarse:h-10',
        lg: 'h-9 px-4 text-sm pointer-coarse:h-11',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

export type ButtonLook = VariantProps<typeof buttonClass>;
