import type { Page } from "../../app/page";

export const createInstance: Page = {
  path: "/create/instance",
  title: { en: "Create instance", zh: "创建实例" },
  above: "/inventory",
  permission: "operation.run",
  help: {
    heading: { en: "Create instance", zh: "创建实例" },
    paragraphs: [
      {
        en: "What you can choose comes from the inventory: everything that is in the account, and why something does not fit. What can be chosen here, the API accepts.",
        zh: "可选项来自资源清单：列出账号中的全部内容，并说明不可选的原因。此处可选的内容，API 均接受。",
      },
      {
        en: "Nothing is sent to the cloud before the last step. The address holds all of the choices: send it to somebody and they see the same form.",
        zh: "最后一步之前不会向云平台发送任何请求。页面地址包含全部选择：把地址发给他人即可看到相同的表单。",
      },
    ],
  },
  load: () => import("./page"),
};
