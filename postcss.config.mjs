/** Tailwind 4 is a PostCSS plugin and needs nothing else; its tokens live in app/globals.css. */
const config = { plugins: { '@tailwindcss/postcss': {} } };

// biome-ignore lint/style/noDefaultExport: PostCSS wants one
export default config;
