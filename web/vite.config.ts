import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import react from "@vitejs/plugin-react";
import { defineConfig, normalizePath, type Plugin, type Rolldown } from "vite";

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

const reached = new Map<string, Set<string>>();

/** Ids of the modules that a module of ours imports, by however many others; not those that it fetches later. */
function reach(from: string, modules: Rolldown.ChunkingContext): Set<string> {
  let found = reached.get(from);
  if (found) return found;
  reached.set(from, (found = new Set()));
  const next = [normalizePath(fileURLToPath(new URL(`.${from}`, import.meta.url)))];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    next.push(...(modules.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}

/** Names what `main.tsx` needs in the page itself: else it would be asked for only after `begin.ts` has come. */
function preloaded(): Plugin {
  return {
    name: "preloaded-console",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle = {} }) {
        const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
        const main = chunks.find((each) => each.moduleIds.some((id) => id.endsWith("/src/main.tsx")));
        const needed = new Set<string>();
        const add = (chunk: (typeof chunks)[number] | undefined) => {
          if (!chunk || needed.has(chunk.fileName)) return;
          needed.add(chunk.fileName);
          for (const each of chunk.imports) add(chunks.find((other) => other.fileName === each));
        };
        add(main);
        const styles = new Set(chunks.filter((each) => needed.has(each.fileName)).flatMap((each) => [...(each.viteMetadata?.importedCss ?? [])]));
        const link = (rel: string, file: string) => ({ tag: "link", attrs: { rel, crossorigin: true, href: `/${file}` }, injectTo: "head" as const });
        return [...[...needed].map((each) => link("modulepreload", each)), ...[...styles].map((each) => link("stylesheet", each))].filter(
          ({ attrs }) => !html.includes(`"${attrs.href}"`),
        );
      },
    },
  };
}

export default defineConfig(({ command }) => ({
  plugins: [react(), preloaded(), compressed()],
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
            // Each file that is asked for costs: one with the first questions, two that every page needs, one for what most
            // pages share.
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler|react-router|@tanstack)[\\/]/, priority: 30 },
            { debugName: "begin", name: (id, modules) => (reach("/src/begin.ts", modules).has(id) ? "begin" : null), priority: 20 },
            { debugName: "console", name: (id, modules) => (reach("/src/main.tsx", modules).has(id) ? "console" : null), priority: 10 },
            { name: "shared", minShareCount: 12 },
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
