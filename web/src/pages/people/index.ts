import type { Page } from "../../app/page";

export const users: Page = {
  path: "/users",
  title: { en: "Users", zh: "用户" },
  section: "trust",
  permission: "user.read",
  load: () => import("./users"),
};

export const roles: Page = {
  path: "/roles",
  title: { en: "Roles", zh: "角色" },
  section: "trust",
  permission: "role.read",
  help: {
    heading: { en: "Roles", zh: "角色" },
    paragraphs: [
      {
        en: "A role is held in the whole, in a tenant with all below it, or in one project of an account. Whoever gets one or loses one signs in again.",
        zh: "角色可授予全局、某个租户及其下级，或某账号中的一个项目。角色变更后用户须重新登录。",
      },
    ],
  },
  load: () => import("./roles"),
};

export const tokens: Page = {
  path: "/tokens",
  title: { en: "API tokens", zh: "API 令牌" },
  section: "settings",
  permission: "own.read",
  load: () => import("./tokens"),
};
