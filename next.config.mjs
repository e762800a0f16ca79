/**
 * How Next builds and serves the pages inside the gateway. Security headers are the gateway's (`server/gateway/pages.ts`), for
 * they need a nonce of each answer; types are checked by `npm run types`.
 */
const config = {
  poweredByHeader: false,
  // Set by scripts/lib/build-pages.mjs, which builds beside what is being served.
  distDir: process.env['AO_PAGES_DIR'] ?? '.next',
  typescript: { ignoreBuildErrors: true, tsconfigPath: process.env['AO_PAGES_TSCONFIG'] ?? 'tsconfig.json' },
  // No pictures but our own icons: its optimizer would be one more endpoint.
  images: { unoptimized: true },
  // A lock file above the checkout must not make that folder the root.
  turbopack: { root: import.meta.dirname },
  devIndicators: false,
};

// biome-ignore lint/style/noDefaultExport: Next wants one
export default config;
