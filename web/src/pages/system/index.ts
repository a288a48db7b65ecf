import type { Page } from "../../app/page";

export const keys: Page = {
  path: "/keys",
  title: { en: "Keys", zh: "密钥" },
  section: "settings",
  permission: "key.read",
  load: () => import("./keys"),
};

export const settings: Page = {
  path: "/settings",
  title: { en: "Settings", zh: "个人设置" },
  section: "settings",
  permission: "own.read",
  load: () => import("./settings"),
};

export const about: Page = {
  path: "/about",
  title: { en: "About", zh: "关于" },
  section: "settings",
  permission: "provider.read",
  load: () => import("./about"),
};
