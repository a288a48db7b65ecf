import { catalogue } from "../i18n/messages";

export const steppingTexts = catalogue({
  stepNumber: { en: "Step {n}", zh: "第 {n} 步" },
  stepOf: { en: "Step {n} of {all}", zh: "第 {n} 步，共 {all} 步" },
  steps: { en: "Steps", zh: "步骤" },
  cancel: { en: "Cancel", zh: "取消" },
  previous: { en: "Back", zh: "上一步" },
  next: { en: "Next", zh: "下一步" },
  optional: { en: "optional", zh: "可选" },
});
