import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  // A proxy may show the page below any path.
  base: "./",
  build: {
    outDir: "../src/querist/web/static",
    emptyOutDir: true,
    sourcemap: false,
    // The server's Content-Security-Policy allows no inline script, and every browser of the last years preloads by itself.
    modulePreload: { polyfill: false },
    // A data: address would be the only way for an asset to get into the markup.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  // `npm run dev` beside `querist label --port 8000`.
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/join": "http://127.0.0.1:8000" } },
  test: { include: ["src/**/*.test.ts"] },
});
