import { catalogue } from "../../i18n/messages";

export const texts = catalogue({
  tour: { en: "A short tour", zh: "快速导览" },
  step: { en: "{n} of {all}", zh: "第 {n} 步，共 {all} 步" },
  back: { en: "Back", zh: "上一步" },
  next: { en: "Next", zh: "下一步" },
  finish: { en: "Done", zh: "完成" },
  close: { en: "End the tour", zh: "结束导览" },
  clouds: { en: "All clouds in one view", zh: "所有云，一个视图" },
  cloudsSaid: {
    en: "One card for each account, private and public: how many machines it has, and when that was read. A “≥” says that something is not known.",
    zh: "每个账号一张卡片，私有云和公有云并列：有多少实例、何时读取。“≥”表示还有未知的部分。",
  },
  stale: { en: "What cannot be read says so", zh: "读不到的，如实告知" },
  staleSaid: {
    en: "When a cloud refuses, mcm keeps what it knew last, shows how old it is and why, and takes nothing for gone. The numbers of such an account are lower bounds.",
    zh: "云拒绝访问时，mcm 保留最后一次读到的内容，标明时间和原因，不会误判为已消失。此时该账号的数字只是下限。",
  },
  inventory: { en: "One list, one filter", zh: "一个清单，一种过滤" },
  inventorySaid: {
    en: "These are the stopped machines of all clouds, the latest change first. Press / to filter; the address holds what you see, and can be sent to somebody.",
    zh: "这里是所有云中已停止的实例，最近变化的排在最前。按 / 开始过滤；当前视图保存在地址中，可直接发给他人。",
  },
  approval: { en: "What destroys waits for somebody else", zh: "有破坏性的操作须他人审批" },
  approvalSaid: {
    en: "A plan names each target and what hangs on it. Nothing has been asked of any cloud yet; whoever approves approves exactly this list.",
    zh: "计划列出每个目标及其依赖。此时尚未对任何云执行操作；审批人批准的正是这份清单。",
  },
  command: { en: "The same by command", zh: "同样可用命令完成" },
  commandSaid: {
    en: "The console can do nothing that the API cannot. Pages and dialogs show the command that does the same, ready to be copied.",
    zh: "控制台能做的，API 都能做。页面和对话框会显示等效命令，可直接复制。",
  },
  anywhere: { en: "Go anywhere", zh: "快速前往" },
  anywhereSaid: {
    en: "Ctrl K (⌘ K on a Mac) finds every page, account and resource by its name. Language, colours and time zone are chosen here. The tour can be taken again from the menu of your name.",
    zh: "按 Ctrl K（Mac 上为 ⌘ K）可按名称查找任何页面、账号和资源。本页可选择语言、配色和时区。可随时从用户菜单再次打开导览。",
  },
});
