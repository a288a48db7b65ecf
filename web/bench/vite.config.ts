import { defineConfig, mergeConfig } from "vite";

import console from "../vite.config";

/** The bare table, built as the console is; MCM_CONSOLE_OUT says where. */
export default defineConfig((environment) => mergeConfig(console(environment), { root: "bench", base: "./" }));
