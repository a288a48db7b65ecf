import type { Page } from "../../app/page";

export const plans: Page = {
  path: "/plans",
  title: { en: "Plans and approvals", zh: "计划与审批" },
  section: "work",
  permission: "operation.read",
  help: {
    heading: { en: "Plans and approvals", zh: "计划与审批" },
    paragraphs: [
      {
        en: "A plan says what an action would do to many resources before anything is asked of a cloud: its targets, what was left alone and why, and what hangs on them.",
        zh: "计划在向云平台发出任何请求之前，说明操作将影响哪些资源：目标、未处理的资源及原因，以及依赖它们的资源。",
      },
      {
        en: "Large or destructive plans need somebody else's approval. It holds for exactly what was looked at, which the hash stands for; when a target changes after that, it is left alone.",
        zh: "规模较大或具有破坏性的计划需由他人审批。审批仅对所查看的内容（由哈希标识）有效；之后发生变化的目标不会被处理。",
      },
    ],
  },
  load: () => import("./list"),
};

export const newPlan: Page = {
  path: "/plans/new",
  title: { en: "New plan", zh: "新建计划" },
  above: "/plans",
  permission: "operation.run",
  load: () => import("./create"),
};

export const plan: Page = {
  path: "/plans/:plan",
  title: { en: "Plan", zh: "计划" },
  above: "/plans",
  permission: "operation.read",
  load: () => import("./plan"),
};
