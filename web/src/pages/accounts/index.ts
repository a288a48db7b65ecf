import type { Page } from "../../app/page";

export const accounts: Page = {
  path: "/accounts",
  title: { en: "Accounts", zh: "账号" },
  section: "estate",
  permission: "account.read",
  help: {
    heading: { en: "Accounts", zh: "账号" },
    paragraphs: [
      {
        en: "An account is one set of credentials at one cloud. What it shows is read in pieces: one kind of resource in one region at a time.",
        zh: "账号是某个云平台的一组凭据。其资源按“区域 × 资源类型”为单位分批读取。",
      },
      {
        en: "The ledger of an account lists every read: what it brought, how long it took, and why it failed. It answers “can I trust this?” and “why is my machine not here?”.",
        zh: "账号的台账列出每一次读取：获得了什么、耗时多久、为何失败。它回答“数据可信吗？”以及“为什么看不到我的机器？”。",
      },
    ],
  },
  load: () => import("./list"),
};

export const account: Page = {
  path: "/accounts/:account",
  title: { en: "Account", zh: "账号" },
  above: "/accounts",
  permission: "account.read",
  help: accounts.help as NonNullable<Page["help"]>,
  load: () => import("./account"),
};

export const addAccount: Page = {
  path: "/create/account",
  title: { en: "Connect a cloud", zh: "连接云平台" },
  above: "/accounts",
  permission: "account.write",
  help: accounts.help as NonNullable<Page["help"]>,
  load: () => import("./add"),
};
