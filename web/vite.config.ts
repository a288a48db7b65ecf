import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const OUT = process.env["MCM_CONSOLE_OUT"] ?? "../mcm/console/dist";
const COMPRESSED = /\.(js|css|html|svg|json|txt)$/;
// Below this a compressed copy saves no packet.
const SMALLEST = 1024;

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Writes a brotli and a gzip copy beside each text file, so that the server never compresses while it answers. */
function compressed(): Plugin {
  return {
    name: "compressed-copies",
    apply: "build",
    enforce: "post",
    closeBundle() {
      for (const path of filesBelow(OUT)) {
        if (!COMPRESSED.test(path) || statSync(path).size < SMALLEST) continue;
        const content = readFileSync(path);
        const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
        writeFileSync(`${path}.br`, brotliCompressSync(content, options));
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

export default defineConfig(({ command }) => ({
  plugins: [react(), compressed()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: "manifest.json",
    // No data: address of ours, and nothing that a policy for scripts would have to allow.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler|react-router|@tanstack)[\\/]/, priority: 20 },
          ],
        },
      },
    },
  },
  server: command === "serve" ? { host: "127.0.0.1", proxy: proxied(process.env["MCM_SERVER"]) } : undefined,
}));

/** While developing, what is not the console's comes from a running mcm. */
function proxied(target = "http://127.0.0.1:8080") {
  const pages = ["/api", "/login", "/password", "/device", "/setup", "/docs", "/openapi.json", "/readyz", "/healthz", "/metrics"];
  return Object.fromEntries(pages.map((page) => [page, { target, changeOrigin: true }]));
}
