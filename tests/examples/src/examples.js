// The examples: what each is built with, and how what was built is served.

/**
 * `tool`: the package whose version the table names, if one builds it. `site`: the folder to serve, seen from the
 * example's. `start`: the arguments of the example's own server, run by Node, where it has one.
 */
export const EXAMPLES = [
  { name: "import-map", title: "plain HTML with import map", site: "." },
  { name: "single-script", title: "single script tag", site: "." },
  { name: "vite-react", title: "Vite + React (TypeScript)", tool: "vite", with: "react", site: "dist" },
  { name: "vite-vue", title: "Vite + Vue (TypeScript)", tool: "vite", with: "vue", site: "dist" },
  { name: "vite-svelte", title: "Vite + Svelte (TypeScript)", tool: "vite", with: "svelte", site: "dist" },
  { name: "webpack", title: "webpack", tool: "webpack", site: "dist" },
  { name: "esbuild", title: "esbuild", tool: "esbuild", site: "dist" },
];
