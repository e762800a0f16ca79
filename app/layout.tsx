/** The document every page shares. It holds no data: a page is the same for whoever asks, and what it shows is fetched by the browser. */
import '@fontsource-variable/geist/wght.css';
import '@fontsource-variable/geist-mono/wght.css';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';

/** Not static: the gateway's nonce of the request has to be on Next's inline scripts, or its CSP (no 'unsafe-inline') blocks them. */
export const dynamic = 'force-dynamic';

export const metadata: Metadata = {
  description: 'Coding agents as durable terminal sessions.',
  applicationName: 'Agent Orchestrator',
  robots: { index: false, follow: false },
  referrer: 'no-referrer',
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  interactiveWidget: 'resizes-content',
  colorScheme: 'dark light',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fafafb' },
    { media: '(prefers-color-scheme: dark)', color: '#0f1012' },
  ],
};

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script src="/theme.js" />
      </head>
      <body>{children}</body>
    </html>
  );
}
