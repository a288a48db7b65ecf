import { catalogue } from "../i18n/messages";

/** What assistive technology is told of tables and their tools. */
export const tableTexts = catalogue({
  sortedUp: { en: "{column}, sorted ascending", zh: "{column}，升序" },
  sortedDown: { en: "{column}, sorted descending", zh: "{column}，降序" },
  unsorted: { en: "{column}, not sorted", zh: "{column}，未排序" },
  nextPage: { en: "Next page", zh: "下一页" },
  previousPage: { en: "Previous page", zh: "上一页" },
  page: { en: "Page {n}", zh: "第 {n} 页" },
});
