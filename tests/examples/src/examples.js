// The examples: what each is built with, and how what was built is served.

const VITE = ["node_modules/vite/bin/vite.js", "--strictPort"];

/**
 * `tool`: the package whose version the table names, if one builds it. `site`: the folder to serve, seen from the
 * example's. `start`: the arguments of the example's own server, run by Node, where it has one; `develop`: those of the
 * server for developers. `built`: where the scripts for browsers are, if that is not `site`; `taken`: those of them that
 * are copies of a package's. `scripts`, `trustedTypes`: where its pages cannot be held to the strictest policy.
 * `isRendered`: its server writes the button.
 */
export const EXAMPLES = [
  { name: "import-map", title: "plain HTML with import map", site: "." },
  { name: "single-script", title: "single script tag", site: "." },
  { name: "vite-react", title: "Vite + React (TypeScript)", tool: "vite", with: "react", site: "dist", develop: VITE },
  { name: "vite-vue", title: "Vite + Vue (TypeScript)", tool: "vite", with: "vue", site: "dist", develop: VITE },
  { name: "vite-svelte", title: "Vite + Svelte (TypeScript)", tool: "vite", with: "svelte", site: "dist", develop: VITE },
  { name: "webpack", title: "webpack", tool: "webpack", site: "dist" },
  { name: "esbuild", title: "esbuild", tool: "esbuild", site: "dist" },
  {
    name: "nextjs",
    title: "Next.js (app router, SSR)",
    tool: "next",
    with: "react",
    // The server's own scripts import the package in Node, the browser's are what pages get.
    built: ".next/static",
    taken: ["node_modules/next/dist/build/polyfills/polyfill-nomodule.js"],
    develop: ["node_modules/next/dist/bin/next", "dev"],
    start: ["node_modules/next/dist/bin/next", "start", "--port", "0"],
    // Next.js writes scripts into its documents, and has its own way to nonces for policies that forbid it.
    scripts: ["'unsafe-inline'"],
    trustedTypes: [],
    isRendered: true,
  },
];
