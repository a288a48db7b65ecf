import type { Page } from "../../app/page";

export const moves: Page = {
  path: "/moves",
  title: { en: "Moves", zh: "云间迁移" },
  section: "work",
  permission: "operation.read",
  help: {
    heading: { en: "Moves", zh: "云间迁移" },
    paragraphs: [
      {
        en: "Instances that go to another cloud or region while they are off: an image is made, copied, and a new instance made of it. The source stays until that is proven.",
        zh: "将实例以离线方式迁移到其他云或区域：制作镜像、复制镜像，再用镜像创建新实例。核对完成之前源实例保持不变。",
      },
      {
        en: "A move begins in the actions of an instance. When a step fails, or somebody cancels it, what was done before is taken back.",
        zh: "迁移从实例的“操作”菜单发起。任一步骤失败或被取消时，之前的步骤会被撤销。",
      },
    ],
  },
  load: () => import("./list"),
};

export const move: Page = {
  path: "/moves/:move",
  title: { en: "Move", zh: "云间迁移" },
  above: "/moves",
  nameless: true,
  permission: "operation.read",
  load: () => import("./move"),
};
