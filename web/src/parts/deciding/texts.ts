import { catalogue } from "../../i18n/messages";

/** What documents of policies and of workloads have alike. */
export const documentTexts = catalogue({
  document: { en: "Document (YAML)", zh: "文档（YAML）" },
  findings: { en: "Findings", zh: "检查结果" },
  noFindings: { en: "Nothing is wrong with it", zh: "未发现问题" },
  looking: { en: "Looking", zh: "正在检查" },
  startTyping: { en: "What is wrong is said while you type", zh: "输入时即时检查" },
  at: { en: "Line {line}, column {column}", zh: "第 {line} 行，第 {column} 列" },
  goThere: { en: "Go to line {line}, column {column}", zh: "转到第 {line} 行，第 {column} 列" },
  mistake: { en: "Error", zh: "错误" },
  warning: { en: "Warning", zh: "警告" },
});
